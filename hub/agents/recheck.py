"""Recheck (xác minh lại): decides documents that wait because the status of a certificate was unknown.

In:  pending rows in Sở's database, whenever the register has a new version (a new revocation snapshot).
Out: open, held or refused rows, and a follow-up receipt for each of them.
Invariant: judged at the document's own proven time, under the newer register; an unknown status stays pending.
A severity policy of that time that was registered meanwhile refuses now what was only told then.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from msgspec import UNSET

from hub.agents.receipts import Receipts, evidence_shown, instant
from hub.agents.snapshots import Snapshots, Versions
from hub.agents.stage import Outgoing, put
from hub.domain import civil_date, judge, render
from hub.domain import read as read_document
from hub.domain.findings import Finding
from hub.domain.lifecycle import next_state
from hub.domain.severities import raised_by
from hub.domain.statements import ReceiptDocument, ReceiptStatement, read
from hub.errors import Corrupt, Unavailable
from hub.recovery import is_replaying, pass_over, unmet_first
from hub.schemas import decode
from hub.signing import Signer
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.store.so import hold_identities, is_corrected, load_links, reopen
from hub.topics import receipt as receipt_topic
from hub.trust import ChainCache, Snapshot, Status, Verdict, check_placing, grade_of, verify_document

__all__ = ["AsTold", "recheck", "recheck_all"]

_log = structlog.get_logger()
_SQL = queries_of("so")
_DOCUMENTS_MAX = 200
_POLL_S = 1.0
_NOT_SEEN = -1


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One pending document."""

    message_sha256: bytes
    n: int
    school: str
    pupil: str
    school_year: str
    period: str
    document_sha256: bytes
    document: bytes
    signatures: Sequence[str]
    at: datetime
    command_id: str


async def recheck(so: str, seal: Signer, snapshots: Snapshots, url: str, kick: Callable[[], None]) -> None:
    """Run until cancelled; works only when the register has moved on since the last look."""
    receipts, seen = Receipts(so, seal), _NOT_SEEN
    told = AsTold(so, receipts)
    while True:
        try:
            seen = await asyncio.to_thread(_look, so, url, snapshots, told, seen)
            kick()
        except Unavailable as error:
            _log.warning("recheck_waits", so=so, code=error.code)
        await asyncio.sleep(_POLL_S)


def _look(so: str, url: str, snapshots: Snapshots, told: "AsTold", seen: int) -> int:
    with open_connection(url) as connection, unavailable():
        if is_replaying(connection):
            told.decide(connection)
            return _NOT_SEEN
        snapshot = snapshots.of(connection, so)
        if snapshot.version != seen:
            recheck_all(connection, snapshot, told.receipts)
    return snapshot.version


def recheck_all(connection: Connection, snapshot: Snapshot, receipts: Receipts) -> int:
    """Decide every pending document that this register can decide; return how many there were."""
    cache, decided, after = ChainCache(), 0, (b"", -1)
    while True:
        waiting = [_Waiting(*row) for row in connection.execute(_SQL["pending"], (*after, _DOCUMENTS_MAX))]
        decided += _decide_page(connection, waiting, snapshot, receipts, cache)
        if len(waiting) < _DOCUMENTS_MAX:
            return decided
        after = (waiting[-1].message_sha256, waiting[-1].n)


def _decide_page(
    connection: Connection, waiting: Sequence[_Waiting], snapshot: Snapshot, receipts: Receipts, cache: ChainCache
) -> int:
    """Decide a page; what was told otherwise on this register waits for a newer one, and holds up no other."""
    try:
        return _decide(connection, waiting, snapshot, receipts, cache)
    except Corrupt as error:
        if error.code != "RECOVERED_DIFFERS":
            raise
        if len(waiting) == 1:
            _log.critical("recheck_differs", code=error.code, **error.facts)
            return 0
    return sum(_decide_page(connection, [one], snapshot, receipts, cache) for one in waiting)


class AsTold:
    """Decides again, in a replay, what was told before: each on the register of its receipt and in its turn."""

    def __init__(self, so: str, receipts: Receipts) -> None:
        self.receipts = receipts
        self._topic, self._versions = receipt_topic(so).name, Versions(so)
        self._differing: set[str] = set()

    def decide(self, connection: Connection) -> int:
        """Decide as far as it is recheck's turn; return how many documents.

        A receipt that differs stays unmet, and the replay ends without it.
        """
        self._versions.read(connection)
        decided = 0
        while (first := unmet_first(connection, self._topic, self._differing)) is not None:
            receipt_id, message = first
            said = read(decode(message, ("Receipt",)).value["statement"], ReceiptStatement)
            if said.kind != "Recheck":
                return decided  # another stage's turn
            try:
                done = self._one(connection, said)
            except Corrupt as error:
                if error.code != "RECOVERED_DIFFERS":
                    raise
                self._differing.add(receipt_id)
                pass_over(connection, self._topic, "Receipt", receipt_id)
                _log.critical("recheck_differs", code=error.code, **error.facts)
                continue
            if not done:
                return decided
            decided += done
        return decided

    def _one(self, connection: Connection, said: ReceiptStatement) -> int:
        hashes = [bytes.fromhex(document.document_sha256) for document in said.documents]
        rows = connection.execute(_SQL["pending_of"], (said.school, said.command_id, hashes))
        waiting = [_Waiting(*row) for row in rows]
        return _decide(connection, waiting, self._versions.at(said.register_version), self.receipts, ChainCache())


def _decide(
    connection: Connection, waiting: Sequence[_Waiting], snapshot: Snapshot, receipts: Receipts, cache: ChainCache
) -> int:
    verdicts = [(w, _verdict(w, snapshot, cache)) for w in waiting]
    settled = [(w, v, _raised(w, snapshot)) for w, v in verdicts if v.status is not Status.UNKNOWN]
    if not settled:
        return 0
    decided = 0
    with connection.transaction():
        hold_identities(connection)
        links = load_links(connection, (w.pupil for w, _, _ in settled))
        pupils = sorted({(one, w.school_year) for w, _, _ in settled for one in links.same_person(w.pupil)})
        connection.execute(_SQL["claims"], ([p for p, _ in pupils], [y for _, y in pupils]))
        rows = connection.execute(_SQL["still_pending"], ([w.message_sha256 for w, _, _ in settled],))
        alive = {(message, n) for message, n in rows}
        for w, verdict, raised in settled:
            if (w.message_sha256, w.n) in alive:
                good = verdict.status is Status.VALID and not raised
                rivals = _rivals(connection, w, links.same_person(w.pupil))
                _settle(connection, w, good, rivals, (*verdict.findings, *raised), snapshot, receipts)
                decided += 1
    return decided


def _verdict(w: _Waiting, snapshot: Snapshot, cache: ChainCache) -> Verdict:
    return verify_document(
        w.document, w.signatures, school=w.school, school_year=w.school_year, period=w.period, snapshot=snapshot,
        proven_at=w.at, cache=cache,
    )  # fmt: skip


def _rivals(connection: Connection, w: _Waiting, same_person: Iterable[str]) -> Sequence[Any]:
    """Return the documents of other schools that claim the person, as (message, n, state, state of its round)."""
    named = {"pupils": sorted(same_person), "school_year": w.school_year, "period": w.period, "school": w.school}
    return connection.execute(_SQL["rivals"], named).fetchall()


def _settle(
    connection: Connection, w: _Waiting, good: bool, rivals: Sequence[Any], findings: Sequence[Finding],
    snapshot: Snapshot, receipts: Receipts,
) -> None:  # fmt: skip
    state = next_state("document", "pending", "decide" if good else "refuse")
    _move(connection, state, w.message_sha256, w.n)
    if is_corrected(connection, w.message_sha256, w.n):
        rivals = ()  # the locked version claims the pupil, whatever becomes of its correction
        if not good:
            reopen(connection, w.message_sha256, w.n, receipts.certificate_sha256, w.at)
    if good and rivals:
        state = next_state("document", state, "hold")
        _move(connection, state, w.message_sha256, w.n)
    if not good and [row[2:] for row in rivals] == [("held", "open")]:  # the other claimant is alone now
        message, n, held, _ = rivals[0]
        _move(connection, next_state("document", held, "release"), message, n)
    out = _receipt(w, findings, state, snapshot, receipts)
    put(connection, f"recheck/{w.message_sha256.hex()}", w.n, snapshot.version, [out])


def _raised(w: _Waiting, snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return what the policy of the document's time refuses; every other rule was judged when it came."""
    policy = snapshot.severities(w.at)
    transcript = read_document(w.document).transcript if policy else None
    if transcript is None:
        return ()
    return raised_by(policy, [*check_placing(transcript, snapshot, w.at), *judge(transcript, civil_date(w.at))])


def _move(connection: Connection, state: str, message_sha256: bytes, n: int) -> None:
    connection.execute(_SQL["move_document"], (state, message_sha256, n))


def _receipt(w: _Waiting, findings: Sequence[Finding], state: str, snapshot: Snapshot, receipts: Receipts) -> Outgoing:
    shown: tuple[dict[str, Any], ...] = tuple(render(f) for f in findings)
    refused = state == "refused"
    evidence = UNSET if refused else evidence_shown(grade_of(w.signatures))
    document = ReceiptDocument(
        document_sha256=w.document_sha256.hex(), evidence=evidence, findings=shown or UNSET,
        outcome="refused" if refused else "accepted", state=state,
    )  # fmt: skip
    statement = ReceiptStatement(
        at=instant(w.at), command_id=w.command_id, documents=(document,), findings=(),
        kind="Recheck", outcome="refused" if refused else "accepted", register_version=snapshot.version,
        school=w.school, so=receipts.so, type="vn.hocba.receipt/1",
    )  # fmt: skip
    receipt_id, value = receipts.signed(statement, f"{w.message_sha256.hex()}/{w.n}/{snapshot.version}")
    return receipts.outgoing(w.school, receipt_id, value=value)
