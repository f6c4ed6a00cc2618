"""Receive: receipts of our commands, locks and corrections of our schools, and pupils who come in, become answers.

Invariant: what a receipt changes and the answers that it makes are one transaction, in the order of the receipts; the
position follows, and a receipt that is read again changes nothing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hub.client import ReadReceipt
from hub.connect.answering import add_answers
from hub.connect.codec import sha256_of
from hub.connect.door import Incoming
from hub.connect.locks import ask_about_lock, of_ingest, of_lock
from hub.connect.losing import count_told
from hub.connect.receipts import LATER_KINDS, of_later_word, of_submission
from hub.connect.run import Run, check_cluster
from hub.connect.standing import ask_what_stands
from hub.connectors.sdk import Answer

__all__ = ["receive"]

_ASK_S = 1.0  # between two looks for receipts
_ROSTERS_S_MAX = 30.0  # where the system is asked more often, rosters are too


async def receive(run: Run) -> bool:
    """Take the next receipts of each Sở; now and then, and for a school that is new here, look who comes in."""
    if not run.is_due("receipts", _ASK_S):
        return False
    check_cluster(run)
    more, every_school = False, run.is_due("rosters", min(run.poll_s, _ROSTERS_S_MAX))
    for so in run.sos:
        more = await _receipts(run, so) or more
        more = await _newly_locked(run, so, due=every_school) or more
        more = await _incoming(run, so, every_school=every_school) or more
    if more:
        run.due["receipts"] = 0.0
    return more


async def _receipts(run: Run, so: str) -> bool:
    since = {row["part"]: row["next_offset"] for row in run.store.all("receipt_positions", so=so)}
    receipts, ends = await run.door.receipts(so, since)
    if ends == since:
        return False
    rows = (*run.store.all("schools"), *run.store.all("schools_of_commands"))
    schools = {row["school"] for row in rows if row["so"] == so}
    for receipt in receipts:
        if receipt.statement.so == so and receipt.statement.school in schools:
            await _take(run, receipt)
    with run.store.transaction():
        for part, end in ends.items():
            run.store.do("set_receipt_position", so=so, part=part, next_offset=end)
    return bool(receipts)


async def _take(run: Run, receipt: ReadReceipt) -> None:
    """Let one receipt change what it changes; one whose signature is not Sở's is told, and changes nothing."""
    status, findings = await asyncio.to_thread(run.door.judged, receipt)
    if status == "invalid":
        run.notice(findings[0].code, f"receipt {receipt.receipt_id}"[:200])
        return
    effect = await _effect(run, receipt)
    with run.store.transaction():
        run.store.do("set_unchecked", unchecked=int(status == "unchecked"))
        if effect is not None:
            effect()


async def _effect(run: Run, receipt: ReadReceipt) -> Callable[[], None] | None:
    """Return what a receipt changes here; what must be asked of Sở is asked now, when its turn has come."""
    said = receipt.statement
    if said.kind == "Submission":
        return partial(of_submission, run, receipt, await ask_what_stands(run, receipt))
    if said.kind in LATER_KINDS:
        return partial(of_later_word, run, receipt)
    if said.kind != "Lock":
        return None
    if said.outcome != "locked":
        return partial(of_ingest, run, receipt)
    documents = await ask_about_lock(run, said.so, receipt)
    return None if documents is None else partial(of_lock, run, said.so, receipt, documents)


async def _newly_locked(run: Run, so: str, *, due: bool) -> bool:
    """Look at whom rosters had listed before the school that they come from locked, or corrected, what they bring.

    The first look only notes how far the log of locks goes: rosters are looked at after it, from their beginning.
    """
    row = run.store.first("lock_position", so=so)
    if row is not None and not due:
        return False
    since = None if row is None else row["log_index"]
    schools = [row["school"] for row in run.store.all("schools") if row["so"] == so]
    pupils, newest = await asyncio.to_thread(run.door.incoming_by_locks, so, schools, since)
    if newest == since:
        return False
    with run.store.transaction():
        _tell(run, so, pupils)
        run.store.do("set_lock_position", so=so, log_index=newest)
    run.due["rosters"] = 0.0  # there may be more
    return bool(pupils)


async def _incoming(run: Run, so: str, *, every_school: bool) -> bool:
    """Look at rosters that are newer than when each school was looked at last."""
    seen: Mapping[str, int] = {row["school"]: row["version"] for row in run.store.all("roster_positions", so=so)}
    schools = [row["school"] for row in run.store.all("schools") if row["so"] == so]
    found = False
    for version in sorted({seen.get(school, 0) for school in schools if every_school or school not in seen}):
        own = [school for school in schools if seen.get(school, 0) == version]
        pupils, newest = await asyncio.to_thread(run.door.incoming, so, own, version)
        with run.store.transaction():
            _tell(run, so, pupils)
            for school in own if newest != version or set(own) - seen.keys() else ():
                run.store.do("set_roster_position", so=so, school=school, version=newest)
        if newest != version:
            run.due["rosters"] = 0.0  # a Sở with many rosters is read on at once
        found = found or bool(pupils)
    return found


def _tell(run: Run, so: str, pupils: Sequence[Incoming]) -> None:
    answers = [_comes_in(so, pupil) for pupil in pupils]
    count_told(run, answers)
    add_answers(run, answers)


def _comes_in(so: str, pupil: Incoming) -> Answer:
    answer_id = sha256_of("incoming", so, pupil.school, pupil.school_year, pupil.pupil, pupil.newest_sha256)
    return Answer(
        answer_id=answer_id, kind="incoming_pupil", group=answer_id, school=pupil.school,
        school_year=pupil.school_year, at=pupil.at, outcome="incoming",
        documents=tuple(document.decode() for document in pupil.documents),
    )  # fmt: skip
