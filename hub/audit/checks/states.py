"""Check 5: every state was reached by the table, and what a state means is there.

The table is written down here from the description of the life cycle; the hub's own copy is compared with it.
"""

from collections import Counter

from hub.audit.acts import LOCKS
from hub.audit.checks.outcomes import told_documents
from hub.audit.messages import statement
from hub.audit.persons import Persons, Rulings
from hub.audit.report import Check
from hub.audit.sources import Rows
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "No document and no round changed its state outside the table, and each state has what it stands for."

_TABLE = {
    "document": {
        "open": "held locked recalled replaced",
        "pending": "open refused recalled replaced",
        "held": "open refused recalled replaced",
        "locked": "superseded",
    },
    "round": {"open": "closing", "closing": "locked"},
    "correction": {
        "requested": "confirmed withdrawn",
        "confirmed": "submitted withdrawn",
        "submitted": "approved rejected withdrawn",
        "approved": "resubmitted expired",
        "resubmitted": "approved relocked resubmitted",
    },
    "transfer": {
        "contested": "requested withdrawn cancelled",
        "requested": "consented refused withdrawn cancelled",
        "consented": "referred accepted refused withdrawn cancelled",
        "referred": "accepted refused withdrawn cancelled",
        "accepted": "released withdrawn cancelled",
        "released": "released sent withdrawn cancelled",
        "sent": "sent closed withdrawn cancelled",
        "closed": "amended",
        "amended": "amended closed",
    },
}
_ARROWS = {(m, a, b) for m, rows in _TABLE.items() for a, targets in rows.items() for b in targets.split()}
_BEGINNINGS = ("open", "pending", "held")


def _reachable(start: str) -> set[str]:
    found, new = {start}, {start}
    while new:
        new = {b for m, a, b in _ARROWS if m == "document" and a in new} - found
        found |= new
    return found


_FROM = {start: _reachable(start) for start in _BEGINNINGS}


def check(world: World, check: Check) -> None:
    """Look at the table, then at documents, rounds and the commands that moved them."""
    for owner, rows in world.owners:
        for arrow in sorted(_ARROWS ^ {(m, a, b) for m, a, b in rows.rows("transitions")}):
            check.broken("TABLE_DIFFERS", owner=owner, machine=arrow[0], before=arrow[1], after=arrow[2])
    for so in world.slugs:
        rows = world.so[so]
        _beginnings(check, so, rows)
        _meanings(check, so, rows)
        _replaced(check, so, rows)
        _orders(check, so, rows)
        _claims(check, so, rows)


def _beginnings(check: Check, so: str, rows: Rows) -> None:
    """From the state that the receipt told, the present one can be reached."""
    for _, _, receipt, numbers, states in rows.rows("accepting_commands"):
        told = told_documents(receipt)
        for n, state in zip(numbers or (), states or (), strict=True):
            check.saw()
            said = told[n].get("state", "") if n < len(told) else ""
            if said and state not in _FROM.get(said, ()):
                digest = told[n].get("document_sha256")
                check.broken("STATE_UNREACHABLE", so=so, document_sha256=digest, told=said, state=state)


def _meanings(check: Check, so: str, rows: Rows) -> None:
    """Locked: a leaf in the lock of its round; a locked round has nothing undecided left."""
    for digest, _, state, leaf_lock, round_state, round_lock in rows.rows("states"):
        where = {"so": so, "document_sha256": digest, "state": state}
        if (state in ("locked", "superseded")) != (leaf_lock is not None):
            check.broken("LOCKED_WITHOUT_LEAF" if leaf_lock is None else "LEAF_OF_UNLOCKED", **where)
        elif leaf_lock is not None and (round_state, round_lock) != ("locked", leaf_lock):
            check.broken("LOCKED_IN_ANOTHER_ROUND", **where)
        elif round_state == "locked" and state in ("open", "pending"):
            check.broken("LEFT_OUT_OF_LOCK", **where)


def _replaced(check: Check, so: str, rows: Rows) -> None:
    """By a version that names it; what replaces a correction names, as that did, the locked version before both."""
    for digest, document, cohort, later in rows.rows("replaced"):
        named = statement(later or b"").get("supersedes")
        expected = statement(document).get("supersedes") if cohort == "correction" else digest.hex()
        check.same("REPLACED_BY_NOTHING", named, expected, so=so, document_sha256=digest)


def _claims(check: Check, so: str, rows: Rows) -> None:
    """Held: another school claims the person, and nothing was ruled for this one. Open: no other school does."""
    persons = Persons(rows.rows("links"))
    rulings = Rulings(rows, persons)
    schools: dict[tuple[str, str, str], set[str]] = {}
    for pupil, year, period, school in rows.rows("linked_claims"):
        schools.setdefault((persons.person(pupil), year, period), set()).add(school)
    for digest, school, state, pupil, year, period, others in rows.rows("claims"):
        check.saw()
        right = rulings.right(pupil, year, period)
        every = {*others, *schools.get((persons.person(pupil), year, period), ())} - {school}
        rivals = [other for other in every if right.get(frozenset((school, other))) != school]
        where = {"so": so, "school": school, "document_sha256": digest, "others": len(rivals)}
        if state == "held" and not rivals:
            check.broken("HELD_FOR_NOBODY", **where)
        elif state == "open" and rivals:
            check.broken("OPEN_BUT_CLAIMED_TWICE", **where)


def _orders(check: Check, so: str, rows: Rows) -> None:
    """Each recall has its recalled document, each lock request its closed round and its lock; and the reverse."""
    recalls: Counter[tuple[str, str]] = Counter()
    requested: set[tuple[object, ...]] = set()
    for kind, school, signed, _ in rows.rows("orders"):
        said = statement(signed)
        if kind == "Recall":
            recalls[school, said.get("document_sha256", "")] += 1
        elif kind in LOCKS:
            named = said.get("round", {})
            requested.add((school, said.get("school_year"), named.get("cohort"), named.get("number")))
    found = Counter((school, digest.hex()) for school, digest in rows.rows("recalled"))
    for key in sorted(recalls.keys() | found.keys()):
        where = {"so": so, "school": key[0], "document_sha256": key[1]}
        check.same("RECALLED_DIFFERS", found[key], recalls[key], recalls=recalls[key], recalled=found[key], **where)
    _rounds(check, so, rows, requested)


def _rounds(check: Check, so: str, rows: Rows, requested: set[tuple[object, ...]]) -> None:
    for school, year, cohort, number, state, round_lock, lock_id, lock_school in rows.rows("rounds"):
        check.saw()
        where = {"so": so, "school": school or lock_school, "school_year": year, "cohort": cohort, "number": number}
        if (state == "locked") != (lock_id is not None) or (lock_id is not None and lock_id != round_lock):
            check.broken("ROUND_AND_LOCK_DIFFER", state=state, **where)
        if (state in ("closing", "locked")) != ((school, year, cohort, number) in requested):
            check.broken("ROUND_CLOSED_BY_NOBODY" if state != "open" else "LOCK_REQUEST_WITHOUT_ROUND", **where)
        if state == "closing":
            check.waits("ROUND_STILL_CLOSING", **where)
