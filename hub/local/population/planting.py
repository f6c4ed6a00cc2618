"""Gài lỗi và ký: turns unsigned submissions into what is sent, with the planned faults in place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from hub.domain.reading import canonical
from hub.local.population.fault import (
    CommandDraft,
    CommandFault,
    DocumentDraft,
    DocumentFault,
    Expected,
    Planted,
    RecordFault,
    Strangers,
)
from hub.local.population.plan import Plan
from hub.local.population.rule_faults import RuleFault, faulty_value
from hub.local.population.signed import (
    Keyring,
    SignedDocument,
    SignedSubmission,
    document_scope,
    sign_chain,
    sign_submission,
)
from hub.local.population.submissions import ClassSubmission

__all__ = ["Planter", "Shipment"]


@dataclass(frozen=True, slots=True)
class Shipment:
    """One message to send. `record_fault`: the kind to apply to its record; `planted`: what must come of it."""

    submission: SignedSubmission
    planted: tuple[Planted, ...] = ()
    record_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Planter:
    """Signs one school's submissions. `strangers` is None where no faults of signers or commands are planted."""

    plan: Plan
    keyring: Keyring
    at: datetime
    strangers: Strangers | None
    foreign: Callable[[], ClassSubmission] | None  # a submission of another school in the same Sở

    def shipments(self, submission: ClassSubmission) -> Iterator[Shipment]:
        """Yield the submission itself, then the faulty commands and records that follow it."""
        faults = dict(_fitting(submission, self.plan.documents.get(submission.command_id, {})))
        documents = [self._document(submission, k, faults.get(k)) for k in range(len(submission.transcripts))]
        planted = tuple(
            Planted(fault.kind, fault.expected, fault.codes, submission.command_id, (documents[k].sha256,))
            for k, fault in sorted(faults.items())
        )
        signed = sign_submission(submission, documents, submission.issued_by, self.keyring, self.at)
        yield Shipment(signed, planted)
        for command in self.plan.commands.get(submission.command_id, ()):
            yield self._command(submission, documents, command, good=_last_good(documents, faults))
        for record in self.plan.records.get(submission.command_id, ()):
            yield self._record(submission, documents[0], record)

    def _document(self, submission: ClassSubmission, index: int, fault: DocumentFault | None) -> SignedDocument:
        transcript, chain = submission.transcripts[index], submission.signers[index]
        scope = document_scope(transcript.school.code, transcript.school_year, transcript.period)
        if fault is None:
            return sign_chain(canonical(transcript), chain, scope, self.keyring, self._iat)
        draft = DocumentDraft(msgspec.to_builtins(transcript), list(chain), scope, self.strangers)
        if fault.edit is not None:
            fault.edit(draft)
        document = msgspec.json.encode(draft.value, order="sorted")
        if fault.rewrite is not None:
            document = fault.rewrite(document)
        signed = sign_chain(document, draft.chain, draft.scope, self.keyring, self._iat)
        return signed if fault.spoil is None else fault.spoil(signed)

    def _command(
        self, submission: ClassSubmission, documents: Sequence[SignedDocument], fault: CommandFault, good: int
    ) -> Shipment:
        assert self.strangers is not None
        draft = CommandDraft(
            command_id=f"{submission.command_id}-{fault.kind}",
            school=submission.school,
            documents=[documents[0]],
            issuer=submission.issued_by,
            strangers=self.strangers,
            original_command_id=submission.command_id,
            later=documents[good],
            sign_again=lambda document: self._sign_again(submission, document),
            foreign=self._foreign,
        )
        fault.change(draft)
        changed = replace(submission, command_id=draft.command_id)
        signed = sign_submission(changed, draft.documents, draft.issuer, self.keyring, self.at)
        whole = fault.expected is Expected.COMMAND_REFUSED
        hashes = () if whole else tuple(d.sha256 for d in draft.documents)
        return Shipment(signed, (Planted(fault.kind, fault.expected, fault.codes, draft.command_id, hashes),))

    def _record(self, submission: ClassSubmission, document: SignedDocument, fault: RecordFault) -> Shipment:
        changed = replace(submission, command_id=f"{submission.command_id}-{fault.kind}")
        signed = sign_submission(changed, [document], submission.issued_by, self.keyring, self.at)
        planted = Planted(fault.kind, fault.expected, fault.codes, changed.command_id)
        return Shipment(signed, (planted,), fault.kind)

    def _sign_again(self, submission: ClassSubmission, document: bytes) -> SignedDocument:
        scope = document_scope(submission.school, submission.school_year, submission.transcripts[0].period)
        return sign_chain(document, submission.signers[0], scope, self.keyring, self._iat)

    def _foreign(self) -> SignedDocument:
        assert self.foreign is not None
        return self._document(self.foreign(), 0, None)

    @property
    def _iat(self) -> int:
        return int(self.at.timestamp())


def _fitting(
    submission: ClassSubmission, planned: Mapping[int, DocumentFault | RuleFault]
) -> Iterator[tuple[int, DocumentFault]]:
    """Yield the planned faults that their documents can have; a fault against a rule becomes one of the document."""
    for index, fault in planned.items():
        if index >= len(submission.transcripts):
            continue
        if isinstance(fault, DocumentFault):
            yield index, fault
        elif faulty_value(submission.transcripts[index], fault) is not None:
            yield index, _of_rule(fault)


def _of_rule(fault: RuleFault) -> DocumentFault:
    expected = Expected.REFUSED if fault.refuses else Expected.WARNED
    return DocumentFault(fault.kind, expected, (fault.code,), edit=lambda draft: _edit(draft, fault))


def _edit(draft: DocumentDraft, fault: RuleFault) -> None:
    draft.value = msgspec.json.decode(msgspec.json.encode(draft.value))
    fault.plant(draft.value)


def _last_good(documents: Sequence[SignedDocument], faults: Mapping[int, DocumentFault]) -> int:
    return next(k for k in reversed(range(len(documents))) if k not in faults)
