"""Submit (gửi): a signed batch becomes submissions, one or more for each round, none larger than the broker takes.

Invariant: the same batch gives the same command ids, and a submission once signed is kept beside the batch and sent
again byte for byte, so that a repetition is a repetition for Sở too.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from msgspec import UNSET, UnsetType

from hub.client.batch import Batch, damaged, read_part
from hub.client.commands import SentCommand, superseded_by
from hub.client.durable import sync
from hub.client.planning import Planned, plan_submissions
from hub.client.records import instant, submission_sending
from hub.client.sending import Outbound
from hub.client.signing_batch import missing_roles
from hub.domain.statements import Submission, encode
from hub.domain.statements import read as read_statement
from hub.errors import Refused
from hub.signing import Signer
from hub.topics import MESSAGE_BYTES_MAX
from hub.trust import read as read_signature
from hub.trust import sign

__all__ = [
    "check_transfer_numbers", "kept_outbounds", "outbound_of", "retire_submissions", "sign_submissions",
]  # fmt: skip

_SIGNATURE_BYTES_MAX = 4097  # with the end of its line
_OLD = "old"


def outbound_of(batch: Batch, planned: Planned, so: str, signer: Signer, role: str, at: datetime) -> Outbound:
    """Return the record of a planned submission, signed now (`at`, aware) or taken from the batch's `commands`.

    Raises Refused COMMAND_ID_REUSED when that id stands there for other documents, BATCH_DAMAGED for another school.
    """
    return _outbound(batch, planned, so, _kept(batch, planned) or _signed(batch, planned, signer, role, at))


def sign_submissions(batch: Batch, signer: Signer, role: str, at: datetime) -> int:
    """Sign the submissions of a wholly signed batch and keep them beside it, for others to send.

    Returns how many were not signed before; `at` is aware. Raises Refused as `plan_submissions`.
    """
    waiting = [one for one in _in_force(batch) if _kept(batch, one) is None]
    for one in waiting:
        _signed(batch, one, signer, role, at)
    return len(waiting)


def kept_outbounds(batch: Batch, so: str) -> list[Outbound] | None:
    """Return the records of all submissions as they were signed and kept, None while any signature is missing."""
    if missing_roles(batch):
        return None
    found = [(one, _kept(batch, one)) for one in _in_force(batch)]
    kept = [(one, signed) for one, signed in found if signed is not None]
    return None if len(kept) < len(found) else [_outbound(batch, one, so, signed) for one, signed in kept]


def retire_submissions(batch: Batch, before: str, stale: Collection[str], sent: Collection[str]) -> int:
    """Put aside kept submissions that Sở takes no more, and return how many; then they may be signed anew.

    These are the `stale` ones, and those issued before an instant (as `instant` writes it) and not yet `sent`. A new
    one gets another id, so that no id ever has two statements.
    """
    old = batch.commands / _OLD
    retired = [
        path for path in sorted(batch.commands.glob("*.jws"))
        if path.stem in stale or (path.stem not in sent and _issued_at(path) < before)
    ]  # fmt: skip
    for path in retired:
        old.mkdir(exist_ok=True)
        path.replace(old / path.name)  # first: without it the command does not count as signed
        statement = path.with_suffix(".json")
        with suppress(FileNotFoundError):
            statement.replace(old / statement.name)
    return len(retired)


def _issued_at(signature: Path) -> str:
    return _statement(signature.with_suffix(".json"))[1].issued_at


def _statement(path: Path) -> tuple[bytes, Submission]:
    data = read_part(path, MESSAGE_BYTES_MAX)
    try:
        return data, read_statement(data, Submission)
    except Refused:
        raise damaged(path) from None


def _signature(path: Path) -> str:
    try:
        signature = read_part(path, _SIGNATURE_BYTES_MAX).decode("ascii").strip()
        read_signature(signature)
    except (Refused, UnicodeDecodeError):
        raise damaged(path) from None
    return signature


def _in_force(batch: Batch) -> list[Planned]:
    """Plan the submissions, each under an id that no retired one has."""
    retired = [path.stem for path in (batch.commands / _OLD).glob("*.jws")]
    planned = plan_submissions(batch, "each")
    counts = [sum(f"{name}-".startswith(f"{one.command_id}-") for name in retired) for one in planned]
    return [
        replace(one, command_id=f"{one.command_id}-{count}") if count else one
        for one, count in zip(planned, counts, strict=True)
    ]


def _outbound(batch: Batch, planned: Planned, so: str, signed: tuple[bytes, str]) -> Outbound:
    statement, signature = signed
    documents = [(data, signatures) for _, data, signatures in planned.documents]
    sources = [data for _, data in planned.sources]
    sending = submission_sending(so, batch.acting, planned.command_id, statement, signature, documents, sources)
    sent = SentCommand(
        command_id=planned.command_id, kind="Submission", school=batch.acting, school_year=batch.school_year,
        round=planned.round, documents=tuple(sha256 for sha256, *_ in planned.documents),
        supersedes=superseded_by(data for _, data, _ in planned.documents),
    )  # fmt: skip
    return Outbound(sending, sent.about(so))


def _paths(batch: Batch, planned: Planned) -> tuple[Path, Path]:
    return batch.commands / f"{planned.command_id}.json", batch.commands / f"{planned.command_id}.jws"


def _kept(batch: Batch, planned: Planned) -> tuple[bytes, str] | None:
    statement_path, signature_path = _paths(batch, planned)
    if not signature_path.exists():
        return None
    signature, (data, statement) = _signature(signature_path), _statement(statement_path)
    named = (statement.command_id, statement.school, statement.school_year)
    if named != (planned.command_id, batch.acting, batch.school_year):
        raise damaged(statement_path)
    said = (statement.documents, statement.sources, statement.mode, statement.round)
    if said != (*_named(planned), planned.mode, planned.round):
        raise Refused("COMMAND_ID_REUSED", {"command_id": planned.command_id})
    return data, signature


def _named(planned: Planned) -> tuple[tuple[str, ...], tuple[str, ...] | UnsetType]:
    """Return the hashes of documents and sources as a statement names them."""
    sources = tuple(sha256 for sha256, _ in planned.sources)
    return tuple(sha256 for sha256, *_ in planned.documents), sources or UNSET


def _signed(batch: Batch, planned: Planned, signer: Signer, role: str, at: datetime) -> tuple[bytes, str]:
    documents, sources = _named(planned)
    statement = Submission(
        command_id=planned.command_id, documents=documents, issued_at=instant(at), mode=planned.mode,
        round=planned.round, school=batch.acting, school_year=batch.school_year, sources=sources,
        type="vn.hocba.submission/1",
    )  # fmt: skip
    data = encode(statement)
    scope = {
        "school": batch.acting,
        "school_year": batch.school_year,
        "round": planned.round.text(batch.school_year),
    }
    signature = sign(signer, data, role=role, scope=scope, typ=statement.type, iat=int(at.timestamp()))
    statement_path, signature_path = _paths(batch, planned)
    batch.commands.mkdir(exist_ok=True)
    statement_path.write_bytes(data)
    sync(statement_path)
    fresh = signature_path.with_suffix(".new")
    fresh.write_text(signature + "\n", encoding="ascii")
    sync(fresh)
    fresh.replace(signature_path)  # last: with it the command counts as signed
    sync(batch.commands)
    return data, signature


def check_transfer_numbers(planned: Iterable[Planned], sent: Iterable[SentCommand]) -> None:
    """Refuse a transfer round that another pupil of the school has, as far as the journal knows.

    A document that was sent before, or one that replaces another, belongs there. Raises Refused TRANSFER_NUMBER_TAKEN.
    """
    taken: dict[int, set[str]] = {}
    for command in sent:
        if command.kind == "Submission" and command.round is not None and command.round.cohort == "transfer":
            taken.setdefault(command.round.number, set()).update(command.documents)
    for one in planned:
        if one.round.cohort != "transfer" or one.round.number not in taken:
            continue
        replacing = {new for new, _ in superseded_by(data for _, data, _ in one.documents)}
        if {sha256 for sha256, *_ in one.documents} - taken[one.round.number] - replacing:
            facts = {"number": str(one.round.number), "free": str(max(taken) + 1)}
            raise Refused("TRANSFER_NUMBER_TAKEN", facts)
