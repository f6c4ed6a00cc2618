"""Check 6: what is stored is what was signed and what was sent, and every signature still verifies."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.audit.acts import SIGNERS_OF_ACT, asked_of, is_act, scope_of_act
from hub.audit.checks.decided import SIGNERS, is_decision
from hub.audit.evidence import grade_of, is_sealed
from hub.audit.facts import document_pair
from hub.audit.messages import statement
from hub.audit.moves import is_move, roles_of_move, scope_of_move
from hub.audit.report import Check
from hub.audit.signatures import Register, fault, read
from hub.audit.sources import Row
from hub.audit.steps import is_slip, is_step, roles_of_slip, roles_of_step, scope_of_slip, scope_of_step
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Stored bytes equal what was signed and sent; every signature verifies with the certificate that it names."
_OF_DOCUMENT = ("homeroom_teacher", "principal", "school_seal")
_OF_COMMAND = ("school_seal", "principal")
_SEALS = {"derived": "system_seal", "attested": "so_seal", "legacy_evidence": "so_seal"}


def check(world: World, check: Check) -> None:
    """Walk commands and their documents side by side, in the order of their records."""
    for so in world.slugs:
        documents = world.so[so].rows("documents")
        document = next(documents, None)
        second: dict[bytes, str] = dict(world.so[so].rows("second_signatures"))
        for row in world.so[so].rows("commands"):
            said = statement(row[4])
            fact = _fact(world, so, row[0])
            _command(check, so, row, said, fact, world.registers[so])
            if row[0] in second:
                _second(check, so, row, said, second[row[0]], world.registers[so])
            while document is not None and document[0] <= row[0]:
                _document(check, so, document, said, fact, world.registers[so])
                document = next(documents, None)


_KINDS = (
    (is_step, roles_of_step, scope_of_step), (is_slip, roles_of_slip, scope_of_slip),
    (is_move, roles_of_move, scope_of_move),
)  # fmt: skip


def _fact(world: World, so: str, message: bytes) -> Any:
    handling = world.handling(so)
    row = handling.by_record.get(message)
    stood = handling.stood.get((row.part, row.offset)) if row is not None else None
    return stood.fact if stood is not None and stood.fact.record_sha256 == message else None


def _command(check: Check, so: str, row: Row, said: Mapping[str, Any], fact: Any, register: Register) -> None:
    message, _, school, command_id, data, signature, digest, holds_id = row
    where = {"so": so, "record_sha256": message}
    check.saw()
    own = hashlib.sha256(data).digest()
    check.same("STATEMENT_HASH_DIFFERS", own, digest, **where)
    if fact is not None and fact.same is not None:
        check.same("STATEMENT_NOT_AS_SENT", own, fact.same[2], **where)
    if not holds_id:  # such a command was refused, perhaps for its signature: nothing rests on it
        return
    asked = asked_of(said, school)
    check.same("STATEMENT_OF_ANOTHER", (asked.get("school"), asked.get("command_id")), (school, command_id), **where)
    of_kind = next((kind for kind in _KINDS if kind[0](said)), None)
    if of_kind is not None:
        roles, scope = of_kind[1](said), of_kind[2](said, so)
        wrong = fault(signature, data, register, typ=said["type"], roles=roles, scope=scope)
        if wrong:
            check.broken(wrong, **where)
        return
    if is_act(said) or is_decision(said):
        roles = SIGNERS_OF_ACT[:1] if is_act(said) else SIGNERS
        _signature(check, so, row, said, signature, roles, register)
        return
    named = said.get("round", {})
    scope = {
        "school": school,
        "school_year": said.get("school_year", ""),
        "round": f"{said.get('school_year')}/{named.get('cohort')}/{named.get('number')}",
    }
    roles = tuple(_SEALS.values()) if said.get("sources") else _OF_COMMAND
    wrong = fault(signature, data, register, typ=said.get("type", ""), roles=roles, scope=scope)
    if wrong:
        check.broken(wrong, **where)


def _second(check: Check, so: str, row: Row, said: Mapping[str, Any], second: str, register: Register) -> None:
    """The second person of an act over many schools signed the same, by another certificate."""
    _signature(check, so, row, said, second, SIGNERS_OF_ACT, register)
    of = [read(compact) for compact in (row[5], second)]
    if None in of or len({signed.certificate_sha256 for signed in of if signed is not None}) < len(of):
        check.broken("SECOND_PERSON_IS_THE_FIRST", so=so, record_sha256=row[0])


def _signature(
    check: Check, so: str, row: Row, said: Mapping[str, Any], compact: str, roles: Sequence[str], register: Register
) -> None:
    wrong = fault(compact, row[4], register, typ=said.get("type", ""), roles=roles, scope=scope_of_act(said, so))
    if wrong:
        check.broken(wrong, so=so, record_sha256=row[0])


def _document(check: Check, so: str, row: Row, said: Mapping[str, Any], fact: Any, register: Register) -> None:
    _, n, digest, envelope, school, pupil, student_code, year, period, data, signatures = row
    where = {"so": so, "record_sha256": row[0], "n": n}
    check.saw()
    pair = document_pair(data, signatures)
    check.same("DOCUMENT_HASH_DIFFERS", pair[:32], digest, **where)
    check.same("ENVELOPE_HASH_DIFFERS", pair[32:], envelope, **where)
    named = said.get("documents", ())
    check.same("DOCUMENT_NOT_IN_STATEMENT", named[n] if n < len(named) else "", pair[:32].hex(), **where)
    if fact is not None:
        check.same("DOCUMENT_NOT_AS_SENT", fact.pairs[64 * n : 64 * n + 64], pair, **where)
    content = statement(data)
    fields = (content.get("school", {}).get("code"), content.get("school_year"), content.get("period"))
    who = (_pupil(content), content.get("student", {}).get("student_code"))
    check.same("COLUMNS_DIFFER", (*fields, *who), (school, year, period, pupil, student_code), **where)
    scope = {"school": school, "school_year": year, "period": period}
    for wrong in _chain_faults(data, signatures, register, scope):
        check.broken(wrong, **where)


def _seal_faults(data: bytes, signatures: Sequence[str], register: Register, scope: dict[str, str]) -> Iterator[str]:
    """Yield the faults of the one seal of a document that no person signed; its grade says whose seal that is."""
    role = _SEALS.get(grade_of(signatures))
    if role is None:
        yield "SEAL_NOT_ALONE" if len(signatures) > 1 else "SEAL_UNREADABLE"
        return
    wrong = fault(signatures[0], data, register, typ="vn.hocba.transcript/1", roles=(role,), scope=scope)
    if wrong:
        yield wrong


def _chain_faults(data: bytes, signatures: Sequence[str], register: Register, scope: dict[str, str]) -> Iterator[str]:
    """Yield the faults of [subject teachers…,] homeroom teacher, principal, school seal, each bound to the last."""
    if is_sealed(signatures):
        yield from _seal_faults(data, signatures, register, scope)
        return
    if len(signatures) < len(_OF_DOCUMENT):
        yield "SIGNATURE_MISSING"
        return
    before = list(signatures[: -len(_OF_DOCUMENT)])
    links: list[tuple[str, str, list[str]]] = [(text, "subject_teacher", []) for text in before]
    for text, role in zip(signatures[-len(_OF_DOCUMENT) :], _OF_DOCUMENT, strict=True):
        links.append((text, role, before))
        before = [text]
    for text, role, follows in links:
        wrong = fault(
            text, data, register, typ="vn.hocba.transcript/1", roles=(role,), scope=scope, follows=follows
        )  # fmt: skip
        if wrong:
            yield wrong


def _pupil(content: Mapping[str, Any]) -> str:
    student = content.get("student", {})
    number = student.get("personal_id", "")
    if len(number) == 12 and number.isascii() and number.isdigit():
        return f"id:{number}"
    if "passport" in student:
        return f"passport:{student.get('nationality')}:{student['passport']}"
    return f"school:{content.get('school', {}).get('code')}:{student.get('student_code')}"
