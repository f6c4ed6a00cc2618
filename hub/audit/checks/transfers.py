"""Check 22: transfers: the signed steps in the one log explain every row, every notice and every delivery."""

import hashlib
from collections.abc import Mapping
from typing import Any

from hub.audit import names
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.signatures import fault
from hub.audit.transfers import Folded, Step, fold
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Each transfer is where its signed steps lead, told alike to both Sở, and closed by its own root alone."
_SCHOOL = ("principal", "school_seal")
_PERSONS = ("so_officer", "so_lead")
_ROLES = {
    "TransferRequest": _SCHOOL, "TransferConsent": _SCHOOL, "TransferReferral": _PERSONS,
    "TransferAnswer": ("principal",), "TransferRelease": ("principal",), "TransferAcknowledgement": _SCHOOL,
    "TransferWithdrawal": _SCHOOL, "TransferDecision": _PERSONS,
}  # fmt: skip


def check(world: World, check: Check) -> None:
    """Verify every step, fold them once more, and hold rows, notices and deliveries against that."""
    rows = {row[0]: row[1:] for row in world.bo.rows("bo_transfers")}
    steps: list[Step] = []
    decided: list[bytes] = []
    for digest, transfer, so, kind, outcome, state, data, signature in world.bo.rows("bo_transfer_steps"):
        check.saw()
        said = statement(data)
        decided.append(bytes.fromhex(digest))
        _step(world, check, said, data, signature, so=so, kind=kind, step=digest, transfer=transfer)
        if outcome == "accepted":
            group = rows[transfer][0] if transfer in rows else ""
            steps.append(Step(transfer, kind, said, state, group))
    folded = fold(steps)
    _rows(check, rows, folded)
    _deliveries(world, check, folded)
    _log(world, check, decided)
    _notices(world, check, rows)
    _carried(world, check)


def _step(world: World, check: Check, said: Mapping[str, Any], data: bytes, signature: str, **where: str) -> None:
    """The stored words are those that were signed, by an office that may."""
    check.same("STEP_BYTES_DIFFER", hashlib.sha256(data).hexdigest(), where["step"], **where)
    check.same("STEP_OF_ANOTHER_TRANSFER", _about(said), where["transfer"], **where)
    of_bo = said.get("by") in ("family", "bo")
    check.same("STEP_OF_ANOTHER_SO", where["so"], "bo" if of_bo else said.get("so"), **where)
    register = world.registers.get(str(said.get("so")))
    if register is None:
        return  # a Sở that this audit does not look at
    scope = {"school": str(said.get("school")), "transfer": where["transfer"]}
    if of_bo or said.get("by") == "department":
        scope["owner"] = "bo" if of_bo else f"so-{said.get('so')}"
    roles = ("bo_seal",) if of_bo else _ROLES.get(where["kind"], ())
    wrong = fault(signature, data, register, typ=str(said.get("type")), roles=roles, scope=scope)
    if wrong:
        check.broken(wrong, **where)


def _about(said: Mapping[str, Any]) -> str:
    """Return the transfer that a statement is about; that of a request follows from who asks."""
    if "transfer" in said:
        return str(said["transfer"])
    named = ("vn.hocba.transfer/1", said.get("so"), said.get("school"), said.get("command_id"))
    return hashlib.sha256("\n".join(map(str, named)).encode()).hexdigest()


def _rows(check: Check, rows: Mapping[str, Any], folded: Mapping[str, Folded]) -> None:
    """Each row says what the steps come to."""
    for transfer in sorted(rows.keys() | folded.keys()):
        check.saw()
        if transfer not in rows or transfer not in folded:
            check.broken("TRANSFER_WITHOUT_STEPS" if transfer in rows else "TRANSFER_WITHOUT_ROW", transfer=transfer)
            continue
        one, found = folded[transfer], rows[transfer][1:]
        for code in dict.fromkeys(one.faults):
            check.broken(code, transfer=transfer)
        expected = (one.state, one.delivery, one.acknowledged, list(one.documents), len(one.documents), one.root)
        check.same("TRANSFER_ROW_DIFFERS", tuple(found), expected, transfer=transfer)


def _deliveries(world: World, check: Check, folded: Mapping[str, Folded]) -> None:
    """The newest delivery was made: of every document that it counts the receiver was sent or had been sent a file."""
    sent: dict[str, set[str]] = {}
    for transfer, document in world.bo.rows("bo_transfer_sealed"):
        check.saw()
        sent.setdefault(transfer, set()).add(document)
    for transfer, one in folded.items():
        missing = set(one.documents) - sent.get(transfer, set())
        for document in sorted(missing):
            check.broken("DOCUMENT_NOT_SENT", transfer=transfer, document=document)


def _log(world: World, check: Check, decided: list[bytes]) -> None:
    """What was decided stands in the one log, in that order; what stands there was decided."""
    topic, offsets = names.BO_TRANSFER, dict[bytes, int]()
    known = set(decided)
    for stood in world.stood(topic):
        check.saw()
        aside = ("transfers", topic, stood.part, stood.offset) in world.quarantined["bo"]
        if stood.fact is None or aside:
            continue
        offsets.setdefault(stood.fact, stood.offset)
        if stood.fact not in known and stood.at_ms < world.taken_at_ms:
            check.waits("STEP_NOT_DECIDED", step=stood.fact)
    if "bo" in world.new_logs or any(start for start, _ in world.extent(topic).values()):
        return  # what is gone from the log can no longer be shown
    for step in decided:
        if step not in offsets:
            check.broken("STEP_NOT_IN_LOG", step=step)
    places = [offsets[step] for step in decided if step in offsets]
    check.same("STEPS_IN_ANOTHER_ORDER", places, sorted(places))


def _notices(world: World, check: Check, rows: Mapping[str, Any]) -> None:
    """What Bộ told stands at the Sở of each school, signed by Bộ's seal; the last word is the state of the row."""
    told = {(row[0], row[2], row[3]): row[1] for row in world.bo.rows("bo_transfer_notices")}
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for so in world.slugs:
        for transfer, school, n, data, signature in world.so[so].rows("so_transfer_notices"):
            check.saw()
            said, where = statement(data), {"so": so, "transfer": transfer.hex(), "school": school, "n": str(n)}
            wrong = fault(
                signature, data, world.registers[so], typ="vn.hocba.transfer-notice/1", roles=("bo_seal",),
                scope={"owner": "bo", "school": school, "transfer": transfer.hex()},
            )  # fmt: skip
            if wrong:
                check.broken(wrong, **where)
            if told.pop((transfer.hex(), school, n), None) is None:
                check.broken("NOTICE_THAT_BO_DID_NOT_SEND", **where)
            if n > last.get((transfer.hex(), school), (0, ""))[0]:
                last[transfer.hex(), school] = (n, str(said.get("state")))
    for (transfer, school, n), so in sorted(told.items()):
        if so in world.slugs:
            check.waits("NOTICE_NOT_AT_SO", so=so, transfer=transfer, school=school, n=n)
    for (transfer, school), (n, state) in sorted(last.items()):
        if transfer in rows and (transfer, school) not in {key[:2] for key in told}:
            check.same("SO_HAS_ANOTHER_STATE", state, rows[transfer][1], transfer=transfer, school=school, n=n)


def _carried(world: World, check: Check) -> None:
    """Every sealed document passed the receiving Sở once, and no other Sở."""
    sent = {tuple(row[1:]): row[0] for row in world.bo.rows("bo_transfer_sent")}
    for so in world.slugs:
        for row in world.so[so].rows("so_transfer_carried"):
            check.saw()
            if sent.pop(tuple(row), None) is None:
                check.broken("DOCUMENT_THAT_BO_DID_NOT_SEND", so=so, transfer=row[0], document=row[4])
    for (transfer, _, _, _, document), so in sorted(sent.items()):
        if so in world.slugs:
            check.waits("DOCUMENT_NOT_CARRIED", so=so, transfer=transfer, document=document)
