"""Faults of a whole command. Each is a further command, so that no pupil loses a document to it."""

from hub.local.population.fault import CommandDraft, CommandFault, Expected
from hub.local.population.officials import Signer

__all__ = ["COMMAND_FAULTS"]


def _nothing(_: CommandDraft) -> None:
    """The first document once more, byte for byte."""


def _pupil_twice(draft: CommandDraft) -> None:
    changed = draft.documents[0].document.replace(b'"unexcused":', b'"unexcused":1', 1)
    draft.documents = [draft.documents[0], draft.sign_again(changed)]


def _document_of_other_school(draft: CommandDraft) -> None:
    draft.documents = [draft.foreign()]


def _by_other_school(draft: CommandDraft) -> None:
    draft.issuer = draft.strangers.other_school


def _by_nobody_known(draft: CommandDraft) -> None:
    draft.issuer = Signer(draft.strangers.unregistered, "principal")


def _by_teacher(draft: CommandDraft) -> None:
    draft.issuer = Signer(draft.strangers.colleague, "homeroom_teacher")


def _id_used_again(draft: CommandDraft) -> None:
    draft.command_id = draft.original_command_id
    draft.documents = [draft.later]


COMMAND_FAULTS: tuple[CommandFault, ...] = (
    CommandFault("document_repeated", Expected.UNCHANGED, (), _nothing),
    CommandFault("pupil_twice", Expected.REFUSED, ("PUPIL_TWICE_IN_SUBMISSION",), _pupil_twice),
    CommandFault("document_of_other_school", Expected.REFUSED, ("DOCUMENT_OTHER_SCHOOL",), _document_of_other_school),
    CommandFault("command_by_other_school", Expected.COMMAND_REFUSED, ("SIGNER_SCHOOL_WRONG",), _by_other_school),
    CommandFault("command_by_nobody_known", Expected.COMMAND_REFUSED, ("SIGNER_UNKNOWN",), _by_nobody_known),
    CommandFault("command_by_teacher", Expected.COMMAND_REFUSED, ("SIGNER_ROLE_NOT_ALLOWED",), _by_teacher),
    CommandFault("command_id_reused", Expected.COMMAND_REFUSED, ("COMMAND_ID_REUSED",), _id_used_again),
)
