"""Reading: the profile HB-JCS/1 at the door."""

import json
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.bytes_faults import DOCUMENT_BYTES_MAX
from hub.domain.characters import FORBIDDEN, is_plain
from hub.domain.findings import FINDING_COUNT_MAX, render
from hub.domain.marks import MARKS, mark_fault
from hub.domain.reading import canonical, read
from tests.unit.domain.builders import a_student, a_transcript, codes_of, document_of

GOOD = document_of(a_transcript())


def edited(path: str, value: Any) -> bytes:
    """Return the good document with one member set, keys in canonical order."""
    tree = json.loads(GOOD)
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    node = tree
    for part in parents:
        node = node[part]
    node[last] = value
    return json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("grade", range(1, 13))
@pytest.mark.parametrize("period", ["year", "semester_1"])
def test_reading_is_sound_when_document_is_canonical(grade: int, period: str) -> None:
    """A document as the builders write it reads back as itself, for every grade and period."""
    transcript = a_transcript(grade, period)
    reading = read(document_of(transcript))
    assert reading.sound
    assert reading.transcript == transcript


@pytest.mark.parametrize(
    ("value", "code", "repair"),
    [
        ("11.0", "MARK_OUT_OF_RANGE", None),
        (11, "MARK_OUT_OF_RANGE", None),
        (-1, "MARK_OUT_OF_RANGE", None),
        ("-1", "MARK_OUT_OF_RANGE", None),
        ("8.25", "MARK_TOO_PRECISE", "8.3"),
        (8.25, "MARK_TOO_PRECISE", "8.3"),
        ("10,0", "MARK_DECIMAL_COMMA", "10.0"),
        ("8,5", "MARK_DECIMAL_COMMA", "8.5"),
        (9, "MARK_NOT_TEXT", "9.0"),
        (8.5, "MARK_NOT_TEXT", "8.5"),
        ("9", "MARK_NOT_TEXT", "9.0"),
        ("Đ", "MARK_MALFORMED", None),
        ("1e999999", "MARK_OUT_OF_RANGE", None),
        (True, "FIELD_TYPE", None),
        (["9.0"], "FIELD_TYPE", None),
    ],
)
def test_reading_names_a_bad_mark_with_its_code_and_repair(value: Any, code: str, repair: str | None) -> None:
    """A mark that is not one of "0.0" to "10.0" is named once, where it stands, with a proposal where there is one."""
    findings = read(edited("subjects.0.score", value)).findings
    assert codes_of(findings) == [code]
    assert findings[0].path == "$.subjects[0].score"
    assert findings[0].facts.get("repair") == repair


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("subjects.0.level", "X", "LEVEL_NOT_IN_LIST"),
        ("qualities.0.level", "H", "LEVEL_NOT_IN_LIST"),
        ("rating", "GIOI", "VALUE_NOT_IN_LIST"),
        ("type", "vn.hocba.transcript/2", "DOCUMENT_TYPE_UNKNOWN"),
        ("grade", 13, "NUMBER_OUT_OF_RANGE"),
        ("grade", "3", "FIELD_TYPE"),
        ("grade", 3.5, "NUMBER_NOT_INTEGER"),
        ("grade", 10**30, "NUMBER_TOO_LARGE"),
        ("student.name", "", "TEXT_LENGTH"),
        ("student.name", "A" * 201, "TEXT_LENGTH"),
        ("student.name", None, "NULL_VALUE"),
        ("student.birth_date", "14/03/2017", "TEXT_MALFORMED"),
        ("school.province", "1", "TEXT_MALFORMED"),
        ("student.name", unicodedata.normalize("NFD", "Nguyễn"), "TEXT_NOT_NFC"),
        ("student.name", "An\u200b", "TEXT_FORBIDDEN_CHARACTER"),
        ("student.name", "\u202eAn", "TEXT_FORBIDDEN_CHARACTER"),
        ("student.name", "An\x07", "TEXT_FORBIDDEN_CHARACTER"),
        ("student.name", "An\u00a0Bình", "TEXT_FORBIDDEN_CHARACTER"),
        ("school_year", "2025-2026\n", "TEXT_FORBIDDEN_CHARACTER"),
        ("clas", "3A", "FIELD_UNKNOWN"),
    ],
)
def test_reading_names_a_fault_of_shape_or_text_with_its_code(path: str, value: Any, code: str) -> None:
    """Each kind of bad field has a code of its own."""
    assert codes_of(read(edited(path, value)).findings) == [code]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "DOCUMENT_NOT_JSON"),
        (b"\xef\xbb\xbf" + GOOD, "DOCUMENT_BOM"),
        (GOOD + b"\r\n", "DOCUMENT_WHITESPACE"),
        (GOOD.replace(b'"grade":3', b'"grade": 3'), "DOCUMENT_WHITESPACE"),
        (GOOD.replace(b'"grade":3', b'"grade":3,"grade":3'), "KEY_TWICE"),
        (b'{"type":"vn.hocba.transcript/1",' + GOOD[1:].replace(b',"type":"vn.hocba.transcript/1"', b""), "KEY_ORDER"),
        (GOOD.replace("ễ".encode(), b"\\u1ec5"), "DOCUMENT_NOT_CANONICAL"),
        (GOOD.replace(b'"grade":3', b'"grade":3.0'), "NUMBER_NOT_INTEGER"),
        (GOOD.replace(b'"grade":3', b'"grade":1e999999'), "NUMBER_NOT_INTEGER"),
        (GOOD.replace(b'"grade":3', b'"grade":' + b"9" * 9000), "NUMBER_TOO_LARGE"),
        (b"[" * 100_000, "DOCUMENT_TOO_DEEP"),
        (b'{"a":' * 40_000, "DOCUMENT_TOO_DEEP"),
        (b" " * (DOCUMENT_BYTES_MAX + 1), "DOCUMENT_TOO_LARGE"),
        (b"\xff" + GOOD, "DOCUMENT_NOT_UTF8"),
        (b"null", "NULL_VALUE"),
    ],
)
def test_reading_names_a_fault_of_the_bytes_first(document: bytes, code: str) -> None:
    """Bytes that differ from the canonical form are never sound, and the first finding says how."""
    reading = read(document)
    assert not reading.sound
    assert codes_of(reading.findings)[0] == code


def test_reading_names_all_faults_at_once() -> None:
    """Faults of different fields stand in one answer, with a hint for a misspelt field."""
    tree = json.loads(edited("subjects.0.score", "10,0"))
    tree["ratings"] = tree.pop("rating")
    tree["subjects"][1]["level"] = "X"
    del tree["class"]
    found = read(json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).findings
    assert sorted(codes_of(found)) == ["FIELD_MISSING", "FIELD_UNKNOWN", "LEVEL_NOT_IN_LIST", "MARK_DECIMAL_COMMA"]
    unknown = next(f for f in found if f.code == "FIELD_UNKNOWN")
    assert "“rating”" in render(unknown)["vi"]


def test_reading_answers_with_at_most_fifty_findings() -> None:
    """A document of a thousand faults gets a bounded answer."""
    rows = [{"code": "TV", "kind": "level", "score": "11.0"} for _ in range(1000)]
    assert len(read(edited("subjects", rows)).findings) == FINDING_COUNT_MAX


def test_finding_value_is_never_an_invisible_character() -> None:
    """A receipt shows code points instead of characters that could turn the text around."""
    for found in read(edited("student.name", "\u202eAn\ud800")).findings:
        assert FORBIDDEN.search(json.dumps(render(found), ensure_ascii=False)) is None


def test_plain_characters_of_the_quick_way_are_all_composed_and_allowed() -> None:
    """The byte classes that pass without decoding hold no forbidden and no combining character."""
    quick = [c for n in range(0x20, 0x2000) if is_plain((c := chr(n)).encode()) and c not in '"\\']
    assert len(quick) > 800
    for c in quick:
        assert FORBIDDEN.search(c) is None
        assert unicodedata.is_normalized("NFC", c)


@given(st.text(max_size=30))
def test_plain_agrees_with_the_definition_for_any_text(text: str) -> None:
    """The quick test of bytes and the definition by characters never disagree."""
    document = msgspec.json.encode(text)
    allowed = FORBIDDEN.search(text) is None and unicodedata.is_normalized("NFC", text)
    assert is_plain(document) == allowed


@given(st.text(min_size=1, max_size=40), st.integers(1, 12))
def test_canonical_bytes_round_trip_or_are_refused(name: str, grade: int) -> None:
    """Whatever the name, the bytes read back as the same document or are refused; they are RFC 8785 either way."""
    transcript = a_transcript(grade, student=a_student(grade, name=name))
    document = canonical(transcript)
    reading = read(document)
    assert reading.sound == (FORBIDDEN.search(name) is None and unicodedata.is_normalized("NFC", name))
    if reading.sound:
        assert reading.transcript == transcript
        again = json.dumps(json.loads(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert again.encode() == document


@given(st.from_regex(r"\s?[+-]?[0-9]{1,13}([.,][0-9]{0,13})?([eE][+-]?[0-9]{1,10})?\s?", fullmatch=True), st.booleans())
def test_mark_fault_never_raises_and_proposes_only_real_marks(text: str, is_text: bool) -> None:
    """Whatever number is written, the answer is a code, and a proposed repair is itself a mark."""
    code, facts = mark_fault(text, is_text)
    assert code.startswith("MARK_")
    assert facts.get("repair", "0.0") in MARKS


def test_slow_reading_takes_bounded_time_on_hostile_documents() -> None:
    """Documents of full size, made of what is dear to parse, are answered; each took milliseconds when written."""
    n = DOCUMENT_BYTES_MAX - 100
    for body in (
        b'{"a":"' + b'\\"' * (n // 2) + b'"}',
        b"{" + b",".join(b'"k%d":1' % i for i in range(n // 11)) + b"}",
        b'{"subjects":[' + b",".join([b"{}"] * (n // 3)) + b"]}",
        b'{"class":"' + "a\u0316\u0301".encode() * (n // 5) + b'"}',
        b'{"class":"a' + "\u0301\u0316".encode() * (n // 4) + b'"}',
        b"[" + b"1e5," * (n // 4) + b"1]",
        b'"' * n,
    ):
        assert 0 < len(read(body).findings) <= FINDING_COUNT_MAX


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.sampled_from(["subjects.0.score", "subjects.0", "result", "grade", "student", "class", "x"]), json_values)
def test_reading_never_raises_on_a_hostile_member(path: str, value: Any) -> None:
    """Any JSON value in any place gives findings or a sound reading, and findings can be rendered as UTF-8."""
    reading = read(edited(path, value))
    assert reading.sound or reading.findings
    for found in reading.findings:
        msgspec.json.encode(render(found))


@settings(max_examples=100)
@given(
    st.binary(max_size=60) | st.builds(lambda n, b: GOOD[:n] + b + GOOD[n:], st.integers(0, 900), st.binary(max_size=4))
)
def test_reading_never_raises_on_arbitrary_bytes(document: bytes) -> None:
    """Arbitrary and damaged bytes are answered, and only the good document is sound."""
    reading = read(document)
    assert reading.sound or reading.findings
    if reading.sound:
        assert reading.transcript is not None
        assert canonical(reading.transcript) == document
