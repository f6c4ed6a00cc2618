"""What differs between two versions of a transcript, told by path and never by value."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.difference import FIXED, covers, differing_paths, is_field
from tests.unit.domain.builders import a_transcript

_CODES = st.sampled_from(["TOAN", "TV", "NN1", "TIN"])
_ITEMS = st.lists(
    st.fixed_dictionaries({"code": _CODES}, optional={"year": st.sampled_from(["5.0", "6.0"])}),
    max_size=3, unique_by=lambda item: str(item["code"]),
)  # fmt: skip
_DOCUMENTS = st.fixed_dictionaries(
    {"subjects": _ITEMS},
    optional={
        "rating": st.sampled_from(["HT", "HTT"]),
        "learning": st.dictionaries(st.sampled_from(["year", "semester_1"]), st.sampled_from(["T", "K"])),
        "result": st.fixed_dictionaries({"awards": st.lists(st.sampled_from(["HSG", "HSXS"]), max_size=2)}),
        "reason": st.text(max_size=5),
        "supersedes": st.text(max_size=5),
    },
)


def _bytes(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value, order="sorted")


def _without(value: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in ("reason", "supersedes")}


@given(_DOCUMENTS, _DOCUMENTS)
def test_difference_is_empty_exactly_when_nothing_but_its_link_and_reason_changed(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """No change goes unseen, whatever was added, removed, emptied or put into another order."""
    found = differing_paths(_bytes(one), _bytes(other))
    assert bool(found) == (_without(one) != _without(other))
    assert found == differing_paths(_bytes(other), _bytes(one))


@given(_DOCUMENTS, _DOCUMENTS)
def test_difference_holds_no_value(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Paths are made of names and codes, so that a receipt that shows them tells no mark."""
    for path in differing_paths(_bytes(one), _bytes(other)):
        assert not any(value in path for value in ("5.0", "6.0", "HT", "HSG"))


@pytest.mark.parametrize(
    ("one", "other", "paths"),
    [
        ({"a": "1"}, {"a": "2"}, ("$.a",)),
        ({}, {"learning": {"year": "T"}}, ("$.learning.year",)),
        ({"s": [{"code": "T", "y": "1"}]}, {"s": [{"code": "T", "y": "2"}]}, ("$.s[T].y",)),
        ({"s": []}, {"s": [{"code": "T", "y": "2"}]}, ("$.s[T].code", "$.s[T].y")),
        ({"s": [{"code": "T"}, {"code": "V"}]}, {"s": [{"code": "V"}, {"code": "T"}]}, ("$.s",)),
        ({"s": [{"code": "T"}, {"code": "T"}]}, {"s": [{"code": "T"}]}, ("$.s",)),
        ({"awards": ["A"]}, {"awards": ["B"]}, ("$.awards",)),
        ({"learning": {}}, {}, ("$.learning",)),
        ({"s": []}, {}, ("$.s",)),
    ],
)
def test_difference_names_the_deepest_path(one: dict[str, Any], other: dict[str, Any], paths: tuple[str, ...]) -> None:
    """Members by name, items by code; what has no codes is one value."""
    assert differing_paths(_bytes(one), _bytes(other)) == paths


@pytest.mark.parametrize(
    ("field", "path", "covered"),
    [
        ("$.subjects[TOAN]", "$.subjects[TOAN].year", True),
        ("$.subjects", "$.subjects[TOAN].year", True),
        ("$.subjects[TOAN].year", "$.subjects[TOAN].year", True),
        ("$.subjects[TOAN].year", "$.subjects[TOAN].score", False),
        ("$.subjects[TOAN]", "$.subjects[TOAN2].year", False),
        ("$.class", "$.classes", False),
        ("$.subjects[TOAN].year", "$.subjects", False),
    ],
)
def test_field_covers_itself_and_all_below_it(field: str, path: str, covered: bool) -> None:
    """Approval of a subject opens its marks, never another subject whose code begins alike."""
    assert covers([field], path) is covered


def test_fields_of_a_transcript_are_known_by_its_shape() -> None:
    """A path that no transcript can have is no field, and every path by which two transcripts differ is one."""
    assert all(is_field(path) for path in (*FIXED, "$.subjects[ANY].year", "$.learning.year", "$.student.name"))
    assert not any(is_field(path) for path in ("$.subject", "$.subjects[TOAN].mark", "$.rating.year", "$.class[A]"))
    one = a_transcript()
    other = msgspec.structs.replace(one, remarks="Đã sửa.", subjects=one.subjects[1:])
    assert all(is_field(path) for path in differing_paths(*(msgspec.json.encode(d) for d in (one, other))))
