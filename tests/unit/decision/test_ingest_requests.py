"""The request behind a lock at Bộ: every way in which it can be another one than the manifest says refuses the lock."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import UNSET

from hub.decision.ingest import KnownLog
from hub.decision.ingest_missing import Listed
from hub.domain.statements import RoundName, SoLock, SoLockItem, Unreported, encode
from tests.unit.decision.builders import sha
from tests.unit.decision.ingest_builders import FIRST, SCHOOLS, SECOND, SO, Lock
from tests.unit.decision.request_builders import a_request, decided, documents_of, head_of, requested, taken_in


def codes_of(lock: Lock, signed: Any = lambda *_: True, known: KnownLog | None = None) -> tuple[str, ...]:
    """Return the codes with which the lock is decided."""
    (verdict,) = decided(taken_in(known or KnownLog(SO), lock), head_of(lock, signed=signed))
    assert bool(verdict.codes) != bool(verdict.documents)
    return verdict.codes


def test_lock_stands_on_the_request_that_its_manifest_names() -> None:
    """Hash, set, round and signature agree."""
    assert codes_of(requested(FIRST)) == ()


def test_request_that_the_manifest_does_not_name_refuses_the_lock() -> None:
    """Even when everything else about it is right."""
    assert codes_of(requested(FIRST, by=b"another")) == ("REQUEST_FOREIGN",)


@pytest.mark.parametrize(
    "statement", [b"", b"{}", b"\xff", b'{"type":"vn.hocba.recall/1"}', b'{"type":"vn.hocba.lock-request/1"}']
)
def test_request_that_is_none_refuses_the_lock(statement: bytes) -> None:
    """No text that is not one of the commands that ask for a lock."""
    lock = requested(FIRST, statement or b" ")
    assert codes_of(lock) == ("REQUEST_UNREADABLE",)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"school": SCHOOLS[1]}, "REQUEST_ROUND_DIFFERS"),
        ({"school_year": "2024-2025"}, "REQUEST_ROUND_DIFFERS"),
        ({"round": RoundName(cohort="completed", number=2)}, "REQUEST_ROUND_DIFFERS"),
        ({"round": RoundName(cohort="supplementary", number=1)}, "REQUEST_ROUND_DIFFERS"),
        ({"count": 3}, "REQUEST_SET_DIFFERS"),
        ({"root": sha("another set").hex()}, "REQUEST_SET_DIFFERS"),
    ],
)
def test_request_about_something_else_refuses_the_lock(changes: dict[str, Any], code: str) -> None:
    """Another school, year, round, count or set."""
    assert codes_of(requested(FIRST, encode(a_request(FIRST, **changes)))) == (code,)


def test_request_that_nobody_signed_who_may_refuses_the_lock() -> None:
    """The register says no; everything that is wrong is told at once."""
    assert codes_of(requested(FIRST), lambda *_: False) == ("REQUEST_UNSIGNED",)
    lock = requested(FIRST, encode(a_request(FIRST, count=9)))
    assert codes_of(lock, lambda *_: False) == ("REQUEST_SET_DIFFERS", "REQUEST_UNSIGNED")


def test_principal_alone_asks_for_the_lock_of_a_school() -> None:
    """The register is asked for the roles and the scope of the kind of request."""
    asked: list[Any] = []
    codes_of(requested(FIRST), lambda *given: asked.append(given[2]) or True)
    (one,) = asked
    said = a_request(FIRST)
    assert (one.type, one.roles, one.scope) == (said.type, frozenset({"principal"}), said.scope)


def an_act(lock: Lock, school: str | None = None) -> SoLock:
    """Return an act of the Sở over the lock's school."""
    hashes, said = documents_of(lock), a_request(lock)
    item = SoLockItem(count=len(hashes), root=said.root, school=school or said.school)
    return SoLock(
        command_id="act-000001", issued_at=said.issued_at, locks=(item,), number="12/QĐ", reason="Trường bận",
        round=said.round, school_year=said.school_year, so=SO, type="vn.hocba.so-lock/1",
    )  # fmt: skip


def test_act_of_the_so_asks_for_the_lock_of_each_of_its_schools() -> None:
    """Signed by its lead, as Sở itself demands, in the name of the Sở."""
    asked: list[Any] = []
    assert codes_of(requested(FIRST, encode(an_act(FIRST))), lambda *given: asked.append(given[2]) or True) == ()
    assert (asked[0].roles, asked[0].scope["owner"]) == ({"so_lead"}, f"so-{SO}")
    assert codes_of(requested(FIRST, encode(an_act(FIRST, SCHOOLS[2])))) == ("REQUEST_UNREADABLE",)


def test_lock_without_any_request_is_taken_from_an_older_hub_and_named() -> None:
    """It proves less, and the receipt says so."""
    (verdict,) = decided(taken_in(KnownLog(SO), FIRST), head_of(FIRST))
    assert verdict.codes == ()
    assert verdict.missing is not None
    assert verdict.missing.request is True
    (verdict,) = decided(taken_in(KnownLog(SO), requested(FIRST)), head_of(requested(FIRST)))
    assert verdict.missing is not None
    assert verdict.missing.request is UNSET


def test_so_that_has_sent_a_request_does_not_go_back_to_none() -> None:
    """Else whoever cannot forge one would send none."""
    known, first = KnownLog(SO), requested(FIRST)
    (taken, refused) = decided(taken_in(known, first, SECOND), head_of(first, SECOND))
    assert (taken.codes, refused.codes) == ((), ("REQUEST_ABSENT",))


def test_later_request_says_nothing_of_an_older_hubs_lock() -> None:
    """What stood in the log before stays as it was."""
    second = requested(SECOND)
    assert [v.codes for v in decided(taken_in(KnownLog(SO), FIRST, second), head_of(FIRST, second))] == [(), ()]


def test_request_that_comes_behind_a_broken_one_counts() -> None:
    """Both stay; one that stands is enough, in whatever order they came."""
    good, bad = encode(a_request(FIRST)), encode(a_request(FIRST, count=9))
    for statements in ((bad, good), (good, bad)):
        assert codes_of(requested(FIRST, *statements, by=good)) == ()
    assert codes_of(requested(FIRST, bad, by=good)) == ("REQUEST_FOREIGN",)


def test_pupils_whom_a_request_explains_are_not_missing() -> None:
    """A reason is a reason at Bộ too; which of them pass is Sở's policy."""
    known = KnownLog(SO)
    absent = Unreported(pupil="id:001217999999", reason="moved")
    lock = requested(FIRST, encode(a_request(FIRST, unreported=(absent,))))
    roster = (Listed("0101001.2025-2026.3A", "2026-01-01T00:00:00.000Z", ("id:001217999999", "id:001217888888")),)
    known.rosters[lock.manifest.lock_id] = roster
    (verdict,) = decided(taken_in(known, lock), head_of(lock))
    assert verdict.missing is not None
    (listed,) = verdict.missing.pupils  # type: ignore[misc]  # it is set
    assert (listed.roster, listed.positions) == ("0101001.2025-2026.3A", (1,))
    assert "001217" not in encode(verdict.missing).decode()
    assert replace(verdict, missing=None).documents
