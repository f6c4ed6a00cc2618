"""Check 7: receipts: each command has its signed answer in the topic, and never two different ones."""

from collections import Counter
from typing import Any

from hub.audit import names
from hub.audit.facts import ReceiptFact, digest_of
from hub.audit.report import Check
from hub.audit.world import Stood, World

__all__ = ["PROMISE", "check"]

PROMISE = "Every command, lock and answer of Bộ has its receipt in the topic, byte for byte, signed, and only one."
_NO_COMMAND = ("Lock", "Recheck", "Conflict", "Transfer")  # kinds that answer no command of their school


def check(world: World, check: Check) -> None:
    """Compare the receipt topic of each Sở with its commands and locks."""
    for so in world.slugs:
        found: dict[str, dict[bytes, Stood]] = {}
        for stood in world.stood(names.receipt(so)):
            check.saw()
            found.setdefault(stood.message_id, {})[stood.digest] = stood
        for receipt_id, different in found.items():
            if len(different) > 1:
                check.broken("RECEIPTS_CONTRADICT", so=so, receipt_id=receipt_id, different=len(different))
        _signatures(check, so, found)
        _answers(world, check, so, found)
        _locks(world, check, so, [next(iter(d.values())) for d in found.values()])


def _signatures(check: Check, so: str, found: dict[str, dict[bytes, Stood]]) -> None:
    for receipt_id, different in found.items():
        for stood in different.values():
            wrong = "RECEIPT_UNREADABLE" if stood.fact is None else stood.fact.fault
            if wrong:
                check.broken(wrong, so=so, receipt_id=receipt_id, part=stood.part, offset=stood.offset)


def _answers(world: World, check: Check, so: str, found: dict[str, dict[bytes, Stood]]) -> None:
    """Each inbox row has its receipt, and each answer to a command its inbox row."""
    start = _oldest_kept(world, names.receipt(so))
    known = set()
    for receipt_id, message, school, receipt in world.so[so].rows("inbox_receipts"):
        check.saw()
        known.add(receipt_id)
        where = {"so": so, "record_sha256": message, "receipt_id": receipt_id}
        if receipt_id not in found:
            if start == 0:  # what retention has removed can no longer be shown
                check.waits("RECEIPT_MISSING", **where)
        elif digest_of(school.encode(), receipt) not in found[receipt_id]:
            check.broken("RECEIPT_DIFFERS", **where)
    for receipt_id, different in found.items():
        fact = next(iter(different.values())).fact
        if fact is not None and fact.kind not in _NO_COMMAND and receipt_id not in known:
            check.broken("RECEIPT_OF_NO_COMMAND", so=so, receipt_id=receipt_id)


def _locks(world: World, check: Check, so: str, receipts: list[Stood]) -> None:
    """Each lock is told once, each answer of Bộ once, each document that was judged again once."""
    told: Counter[Any] = Counter(_step(stood.fact) for stood in receipts if stood.fact is not None)
    told.pop(None, None)
    expected: Counter[Any] = Counter()
    locked = set()
    for lock_id, school, root, outcome in world.so[so].rows("lock_receipts"):
        locked.add((lock_id, school, root.hex()))
        if outcome is not None:
            expected["ingested" if outcome == "ingested" else "ingest_refused", school, lock_id.hex()] += 1
    expected.update(("locked", school, root) for _, school, root in locked)
    judged_again = {step for step in told if step[0] == "recheck"}
    for step in sorted((told | expected).keys() - judged_again):
        check.saw()
        where = {"so": so, "step": step[0], "school": step[1], "about": step[2]}
        if told[step] < expected[step]:
            check.waits("LOCK_RECEIPT_MISSING", **where)
        elif told[step] > expected[step]:
            check.broken("LOCK_RECEIPT_UNEXPLAINED", **where)
    for step in judged_again:
        check.same("RECHECK_TOLD_TWICE", told[step], 1, so=so, document_sha256=step[2])


def _step(fact: ReceiptFact) -> tuple[str, str, str] | None:
    if fact.kind == "Recheck":
        return "recheck", fact.school, " ".join((fact.command_id, *fact.documents))
    if fact.kind == "Lock":
        return fact.outcome, fact.school, fact.root if fact.outcome == "locked" else fact.command_id
    return None


def _oldest_kept(world: World, topic: str) -> int:
    return max((start for start, _ in world.extent(topic).values()), default=0)
