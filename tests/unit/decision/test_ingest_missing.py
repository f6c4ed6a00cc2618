"""What a lock does not bring: named by index, hash or place, bounded, and without anything of a pupil."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.decision.ingest import KnownLog
from hub.decision.ingest_missing import Listed, missing_chunks, missing_of, missing_pupils
from hub.domain.statements import Missing, MissingPupils, RoundName, encode, read
from hub.topics import MESSAGE_BYTES_MAX
from tests.unit.decision.ingest_builders import FIRST, SCHOOLS, SO, Lock, chunks_of, manifest_of
from tests.unit.decision.request_builders import decided, head_of, requested, taken_in
from tests.unit.decision.test_ingest_correction import OLD, corrected, relock

AT = "2026-01-01T00:00:00.000Z"
YEAR = "2025-2026"


@given(st.sets(st.integers(0, 30)), st.integers(1, 31))
def test_missing_chunks_are_those_between(found: set[int], of: int) -> None:
    """Of all that there should be by the largest claim."""
    given_ = {n: of for n in found if n < of}
    assert missing_chunks(given_) == tuple(n for n in range(of if given_ else 1) if n not in given_)


def test_claim_of_a_stranger_makes_no_long_list() -> None:
    """A thousand indexes say enough."""
    assert missing_chunks({0: 2**31 - 1}) == tuple(range(1, 1001))


def test_nothing_missing_is_no_statement() -> None:
    """Absent, not empty; and what is said reads back."""
    assert missing_of() is None
    found = missing_of(chunks=(1,), leaves=[b"\x01" * 32], roster=True)
    assert found is not None
    assert read(encode(found), Missing) == found
    assert (found.pupils, found.request) == (UNSET, UNSET)


def test_long_lists_are_cut_short_beside_the_count_of_all() -> None:
    """So that the receipt stays one message; a list that is whole has no count."""
    lists = [MissingPupils(issued_at=AT, positions=tuple(range(10**6, 10**6 + 250)), roster="R" * 80)] * 900
    found = missing_of(chunks=range(10**6, 10**6 + 1000), leaves=[n.to_bytes(32) for n in range(40_000)], pupils=lists)
    assert found is not None
    assert (found.leaves_count, found.pupils_count) == (40_000, 900 * 250)
    assert found.leaves == tuple(n.to_bytes(32).hex() for n in range(1000))
    data = encode(found)
    assert len(data) < MESSAGE_BYTES_MAX / 2
    assert read(data, Missing) == found
    whole = missing_of(leaves=[bytes(32)] * 1000, pupils=[with_fields(lists[0], positions=(0, 1))] * 200)
    assert whole is not None
    assert (whole.leaves_count, whole.pupils_count) == (UNSET, UNSET)


def test_pupils_are_named_by_their_place_in_each_list() -> None:
    """Lists in which nobody is missing are not named."""
    roster = [Listed("R1", AT, ("a", "b", "c")), Listed("R2", AT, ("d",)), Listed("R3", AT, ("e", "a"))]
    found = list(missing_pupils(roster, {"a", "d"}, {"c"}))
    assert [(one.roster, one.positions) for one in found] == [("R1", (1,)), ("R3", (0,))]


def missing_in(known: KnownLog, lock: Lock) -> Any:
    *_, last = decided(taken_in(known, lock), head_of(*(Lock((), m) for m in known.manifests.values())))
    assert last.row.lock_id == lock.manifest.lock_id
    return last.missing


def rostered(lock: Lock, *pupils: str) -> KnownLog:
    known = KnownLog(SO)
    known.rosters[lock.manifest.lock_id] = (Listed("R", AT, pupils),)
    return known


def test_pupil_who_came_in_this_lock_or_an_earlier_one_is_not_missing() -> None:
    """By school and year; what another school reported does not count."""
    lock = requested(FIRST)
    known = rostered(lock, "id:001217000000", "id:earlier", "id:elsewhere")
    known.reported = {(SCHOOLS[0], YEAR): {"id:earlier"}, (SCHOOLS[1], YEAR): {"id:elsewhere"}}
    assert missing_in(known, lock).pupils[0].positions == (2,)
    assert known.reported[SCHOOLS[0], YEAR] == {"id:earlier", "id:001217000000", "id:001217000001"}


def test_lock_without_any_roster_says_so() -> None:
    """Then completeness was not seen; with a full one nothing is said at all."""
    lock = requested(FIRST)
    found = missing_in(KnownLog(SO), lock)
    assert (found.roster, found.pupils) == (True, UNSET)
    assert missing_in(rostered(lock, "id:001217000000", "id:001217000001"), lock) is None


@pytest.mark.parametrize("cohort", ["transfer", "supplementary"])
def test_pupils_who_leave_are_locked_without_the_roster(cohort: Any) -> None:
    """Each on his own; the late round is compared like the first."""
    said = RoundName(cohort=cohort, number=1)
    manifest = FIRST.manifest.manifest
    lock = Lock(FIRST.chunks, manifest_of(type(manifest)(**_fields(manifest) | {"round": said}), 0))
    found = missing_in(rostered(lock, "id:absent"), requested(lock))
    assert (found is None) == (cohort == "transfer")


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def test_leaf_that_a_correction_ends_is_named_when_bo_never_got_it() -> None:
    """Its lock was refused or did not come: the Sở can send that one again."""
    rows, manifest = relock([corrected(OLD[0])])
    lock = Lock(chunks_of(manifest, [rows]), manifest_of(manifest, 0))
    (verdict,) = decided(taken_in(KnownLog(SO), lock), head_of(lock))
    assert verdict.codes == ("UNLOCK_NOT_OF_STANDING",)
    assert verdict.missing is not None
    assert verdict.missing.leaves == (OLD[0].digest.hex(),)
