"""Under whose key transcripts stand: any links, any records, and no message hides another."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub.decision.placement import Placed, conflicts_of, settle
from hub.domain.linking import Links

_PUPILS = st.sampled_from("abcd")
_ROWS = st.lists(
    st.tuples(_PUPILS, st.sampled_from(["S", "T"]), st.sampled_from(["year", "semester_1"]), st.integers(1, 2)),
    unique=True, max_size=8,
)  # fmt: skip
_LINKS = st.dictionaries(_PUPILS, _PUPILS).map(lambda d: Links({k: v for k, v in d.items() if k != v}))


def _placed(rows: list[tuple[str, str, str, int]]) -> list[Placed]:
    ordered = sorted(rows, key=lambda row: row[3])  # as the store gives them: older versions first
    return [
        Placed("ha-noi", b"lock", n, pupil, school, "2025-2026", period, version, pupil, 0)
        for n, (pupil, school, period, version) in enumerate(ordered)
    ]


def _moved(rows: list[Placed], links: Links) -> list[Placed]:
    new = {move.placed.n: move.placed for move in settle(rows, links)}
    return [replace(new.get(row.n, row), step=row.step + (row.n in new)) for row in rows]


@given(_ROWS, _LINKS)
def test_records_of_a_person_stand_under_one_key_and_none_hides_another(
    rows: list[tuple[str, str, str, int]], links: Links
) -> None:
    """Under the present identifier, but for what one school locked twice of the person."""
    after = _moved(_placed(rows), links)
    owners: dict[tuple[str, str, str, str], set[str]] = {}
    for row in after:
        owners.setdefault(row.key, set()).add(row.pupil)
        assert row.identifier in {row.pupil, links.person(row.pupil)}
    assert all(len(pupils) == 1 for pupils in owners.values())
    for row in after:
        doubled = {r.pupil for r in after if _slot(r, links) == _slot(row, links)}
        if len(doubled) == 1:
            assert row.identifier == links.person(row.pupil)
    assert settle(after, links) == []


@given(_ROWS, st.lists(_LINKS, max_size=4))
def test_what_stands_depends_on_the_links_alone(rows: list[tuple[str, str, str, int]], steps: list[Links]) -> None:
    """Whatever came before, and once all is separated each transcript is back."""
    placed = _placed(rows)
    for links in [*steps, Links()]:
        placed = _moved(placed, links)
        assert [row.key for row in placed] == [row.key for row in _moved(_placed(rows), links)]
    assert [row.identifier for row in placed] == [row.pupil for row in placed]


@given(_ROWS, st.lists(_LINKS, min_size=1, max_size=4))
def test_stream_has_each_record_once_whatever_moved(rows: list[tuple[str, str, str, int]], steps: list[Links]) -> None:
    """Written down message by message as the relay sends them: the newest version last, and no key forgotten."""
    placed = _placed(rows)
    stream: dict[tuple[str, str, str, str], Placed | None] = {row.key: row for row in placed}
    for links in steps:
        for move in settle(placed, links):
            stream[move.placed.key] = move.placed
            if move.emptied:
                stream[replace(move.placed, identifier=move.before).key] = None
        placed = _moved(placed, links)
        newest = {}
        for row in placed:
            newest[row.key] = row
        standing = {key: (row.pupil, row.version) for key, row in stream.items() if row is not None}
        assert standing == {key: (row.pupil, row.version) for key, row in newest.items()}


def test_person_locked_by_two_schools_is_a_conflict() -> None:
    """Under whichever identifiers; a year alone is none."""
    rows = _placed([("a", "S", "year", 1), ("b", "T", "year", 1), ("b", "T", "semester_1", 1)])
    assert conflicts_of(rows, Links({"a": "b"})) == [("b", "2025-2026", "year", ["S", "T"])]
    assert conflicts_of(rows, Links()) == []


def _slot(row: Placed, links: Links) -> tuple[str, str, str]:
    return links.person(row.pupil), row.period, row.school
