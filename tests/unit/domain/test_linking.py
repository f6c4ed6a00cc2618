"""Links between identifiers: any of them, in any order, gives one answer."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.decided import Decided
from hub.domain.linking import Links, is_identifier

_AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
_NAMES = st.sampled_from("abcdefg")
_LINKS = st.dictionaries(_NAMES, _NAMES).map(lambda d: {k: v for k, v in d.items() if k != v})


@given(_LINKS, _NAMES, _NAMES)
def test_persons_are_the_connected_identifiers(present: dict[str, str], one: str, other: str) -> None:
    """Circles of several Sở included: whoever is connected is one person, and nobody else is."""
    links = Links(present)
    connected, before = {one}, set[str]()
    while connected != before:
        before = set(connected)
        connected |= {to for former, to in present.items() if former in before}
        connected |= {former for former, to in present.items() if to in before}
    assert links.same_person(one) == connected
    assert (links.person(one) == links.person(other)) == (other in connected)
    assert links.person(one) in connected


@given(st.lists(st.tuples(_NAMES, _NAMES | st.none()), max_size=12))
def test_latest_link_of_an_identifier_counts(steps: list[tuple[str, str | None]]) -> None:
    """One after the other, or at once."""
    links, last = Links(), dict[str, str]()
    for n, (former, present) in enumerate(steps):
        links = links.changed(former, present, Decided(_AT, 0, n, f"{n}"))
        last.pop(former, None)
        if present is not None:
            last[former] = present
    assert links == Links(last)
    assert links.present_of("a") == last.get("a")
    of_a = [n for n, (former, _) in enumerate(steps) if former == "a"]
    assert links.decided("a") == (Decided(_AT, 0, of_a[-1], f"{of_a[-1]}") if of_a else None)


def test_person_without_links_stands_for_itself() -> None:
    """Most identifiers are linked to nothing."""
    assert (Links().person("a"), Links().same_person("a")) == ("a", frozenset("a"))
    assert Links().decided("a") is None


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("id:001217123456", True), ("id:00121712345", False), ("id:٠٠١٢١٧١٢٣٤٥٦", False),
        ("passport:KR:M123", True), ("passport:KR", False), ("passport:KR:M 123", False),
        ("school:01010101:T-1", True), ("school:01010101:", False), ("name:Lan", False), ("id:001217123456\n", False),
    ],
)  # fmt: skip
def test_identifier_has_one_of_three_forms(text: str, good: bool) -> None:
    """The forms that documents give."""
    assert is_identifier(text) is good
