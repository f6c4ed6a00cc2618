"""Check 2: each transcript of each command has one outcome, and it is the one that the receipt told."""

from collections.abc import Sequence
from typing import Any

from hub.audit.messages import decode, statement
from hub.audit.report import Check
from hub.audit.world import World

__all__ = ["PROMISE", "check", "told_documents"]

PROMISE = "Every transcript has exactly one outcome, numbers without gaps, the same one that the school was told."


def check(world: World, check: Check) -> None:
    """Compare documents and answers of each command with its count and its receipt."""
    for so in world.slugs:
        for message, count, _, receipt, numbers, hashes, outcomes in world.so[so].rows("outcomes"):
            check.saw(count)
            where = {"so": so, "record_sha256": message}
            found = list(numbers or ())
            if found != list(range(count)):
                check.broken("OUTCOMES_DIFFER", count=count, found=len(found), distinct=len(set(found)), **where)
                continue
            _compare(check, told_documents(receipt), list(zip(hashes or (), outcomes or (), strict=True)), where)


def _compare(check: Check, told: Sequence[Any], found: Sequence[tuple[bytes, str]], where: dict[str, Any]) -> None:
    if len(told) != len(found):
        check.broken("TOLD_OTHER_COUNT", told=len(told), found=len(found), **where)
        return
    for said, (digest, outcome) in zip(told, found, strict=True):
        if (said.get("document_sha256"), said.get("outcome")) != (digest.hex(), outcome):
            check.broken("TOLD_ANOTHER_OUTCOME", document_sha256=digest, outcome=outcome, **where)


def told_documents(receipt: bytes) -> Sequence[dict[str, Any]]:
    """Return what a receipt message says of each transcript, in order; nothing for bytes that are no receipt."""
    found = decode(receipt)
    return statement(found[1]["statement"]).get("documents", ()) if found and "statement" in found[1] else ()
