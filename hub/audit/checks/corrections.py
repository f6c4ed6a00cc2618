"""Check 17: each correction went its path, and whoever took a step held that office then."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hub.audit.corrections import APART, EVENTS, asked_item, ends_in
from hub.audit.messages import statement
from hub.audit.offices import Moment, Offices
from hub.audit.report import Check
from hub.audit.signatures import read
from hub.audit.sources import Rows
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Each correction was asked, confirmed, handed in and decided in order, by different persons in their offices."
_NAMES_REQUEST = ("confirm", "submit", "approve", "reject", "withdraw")
_DECIDES = ("approve", "reject")
_SINGLY = ("WindowClosed",)  # ends what is left of a request
_Key = tuple[str, str, int]


class _Item(NamedTuple):
    school: str
    correction_id: str
    n: int
    issuer: str
    school_year: str
    base_sha256: bytes
    fields: Sequence[str]
    state: str
    number: int | None
    round_state: str | None
    request: bytes

    @property
    def key(self) -> _Key:
        return self.school, self.correction_id, self.n


class _Step(NamedTuple):
    school: str
    correction_id: str
    n: int
    event: str
    role: str
    person: str | None
    certificate_sha256: bytes
    at: datetime
    kind: str | None
    outcome: str | None
    statement: bytes | None
    signature: str | None
    of_school: str | None
    appended_at: datetime | None
    register_version: int | None


def check(world: World, check: Check) -> None:
    """Follow each pupil of each request through his steps; then look for commands without steps."""
    for so in world.slugs:
        rows = world.so[so]
        offices = Offices(rows.rows("offices"))
        steps: dict[_Key, list[_Step]] = {}
        for step in (_Step(*row) for row in rows.rows("correction_steps")):
            steps.setdefault((step.school, step.correction_id, step.n), []).append(step)
        items = [_Item(*row) for row in rows.rows("corrections")]
        for item in items:
            check.saw()
            where = {"so": so, "school": item.school, "correction": item.correction_id, "n": item.n}
            for code, facts in _faults(so, item, steps.get(item.key, []), offices):
                check.broken(code, **where, **facts)
        _rounds(check, so, items)
        _commands(check, so, rows, items)


def _faults(so: str, item: _Item, steps: Sequence[_Step], offices: Offices) -> Iterator[tuple[str, dict[str, Any]]]:
    if ends_in(step.event for step in steps) != item.state:
        yield "STEPS_DO_NOT_LEAD_HERE", {"state": item.state, "steps": " ".join(step.event for step in steps)}
    said = statement(item.request)
    asked = asked_item(said, item.n)
    named = (said.get("issuer", item.school), said.get("school_year"), asked.get("document_sha256"))
    if (*named, list(asked.get("fields", ()))) != (
        item.issuer, item.school_year, item.base_sha256.hex(), list(item.fields)
    ):  # fmt: skip
        yield "ITEM_NOT_AS_ASKED", {}
    if (item.number is not None) != any(step.event == "approve" for step in steps):
        yield "ROUND_WITHOUT_APPROVAL", {}
    elif item.number is not None and item.round_state is None:
        yield "ROUND_MISSING", {"number": item.number}
    for step in steps:
        for code in _step_faults(so, item, step, offices):
            yield code, {"step": step.event}
    yield from _same_person([step for step in steps if step.event in APART])


def _step_faults(so: str, item: _Item, step: _Step, offices: Offices) -> Iterator[str]:
    """Hold one step against the command that made it."""
    event = EVENTS.get(step.event)
    if event is None or step.statement is None or step.outcome == "refused":
        yield "STEP_WITHOUT_COMMAND"
        return
    if step.kind not in event.kinds or step.role not in event.roles:
        yield "STEP_BY_ANOTHER_OFFICE"
    if step.of_school != item.school or not _is_about(item, step, statement(step.statement)):
        yield "STEP_ABOUT_ANOTHER"
    if step.at != step.appended_at:
        yield "STEP_AT_ANOTHER_TIME"
    if step.event == "reopen" and step.role == "so_seal":  # found out later about a version; nobody signed for it
        return
    signed = read(step.signature or "")
    if signed is None or (signed.header.get("hb_role"), signed.certificate_sha256) != (
        step.role, step.certificate_sha256
    ):  # fmt: skip
        yield "STEP_NOT_AS_SIGNED"
        return
    of = so if step.role.startswith(("so_", "system_")) else item.school
    moment = Moment(step.appended_at or step.at, step.register_version or 0)
    persons = offices.holders(step.certificate_sha256, step.role, of, moment)
    if not persons:
        yield "SIGNER_NOT_IN_OFFICE"
    elif step.person not in persons:
        yield "STEP_OF_ANOTHER_PERSON"


def _is_about(item: _Item, step: _Step, said: Mapping[str, Any]) -> bool:
    """Tell whether a command names this request as it was signed, or the round that its approval opened."""
    if step.event == "request":
        return said.get("command_id") == item.correction_id and step.statement == item.request
    if step.event in _NAMES_REQUEST:
        digest = hashlib.sha256(item.request).hexdigest()
        decided = step.event not in _DECIDES or said.get("decision") == step.event
        return decided and (said.get("correction"), said.get("request_sha256")) == (item.correction_id, digest)
    if step.event == "expire":
        return said.get("correction") == item.correction_id
    named = {"cohort": "correction", "number": item.number}
    return (said.get("school_year"), said.get("round")) == (item.school_year, named)


def _same_person(steps: Sequence[_Step]) -> Iterator[tuple[str, dict[str, Any]]]:
    for n, one in enumerate(steps):
        for other in steps[n + 1 :]:
            same = one.certificate_sha256 == other.certificate_sha256 or (
                one.person is not None and one.person == other.person
            )
            if same and one.role != other.role:
                yield "ONE_PERSON_IN_TWO_OFFICES", {"step": one.event, "other": other.event}


def _rounds(check: Check, so: str, items: Sequence[_Item]) -> None:
    """Each approval opened a round of its own."""
    opened = {(i.issuer, i.school_year, i.number, i.school, i.correction_id) for i in items if i.number is not None}
    for (issuer, year, number), times in Counter(one[:3] for one in opened).items():
        if times > 1:
            check.broken("ROUND_OF_TWO_CORRECTIONS", so=so, school=issuer, school_year=year, number=number)


def _commands(check: Check, so: str, rows: Rows, items: Sequence[_Item]) -> None:
    """Each accepted command moved all pupils of its request, and a window that closed at least one."""
    sizes = Counter((item.school, item.correction_id) for item in items)
    for message, kind, school, data, moved in rows.rows("correction_commands"):
        check.saw()
        said = statement(data)
        asked = len(said.get("items", ())) or sizes[school, str(said.get("correction"))]
        if moved == 0 or (kind not in _SINGLY and moved != asked):
            check.broken("COMMAND_MOVED_OTHERS", so=so, record_sha256=message, kind=kind, asked=asked, moved=moved)
