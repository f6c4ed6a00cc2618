"""Documents of the population, out and in again, lose nothing; and no record, however shaped, makes the mapper fall."""

from datetime import UTC, datetime
from functools import cache

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.connectors.sdk import Context, SourceRecord
from hub.domain import canonical
from hub.domain.transcript import Transcript
from hub.local.population import Population
from tests.unit.connectors.mapping.builders import a_mapper, a_value, context_of

EACH = 10  # of a circular and grade
AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
SPARSE, COMPLETE = a_mapper(), a_mapper(complete=True)


@cache
def documents():
    """Return documents of all grades and circulars, with the schools that they name."""
    found = []
    for school_year in ("2020-2021", "2025-2026"):
        population = Population(11, pupil_count=1200, school_year=school_year, at=AT)
        found += [t for submission in population.submissions() for t in submission.transcripts]
    schools = {(t.school.code, t.school_year): t.school for t in found}
    by_form: dict[tuple[str, int], list[Transcript]] = {}
    for t in found:
        by_form.setdefault((t.regulation, t.grade), []).append(t)
    few = tuple(t for members in by_form.values() for t in members[:EACH] if t.basis is msgspec.UNSET)
    return few, Context(lambda code, year: schools.get((code, year)))


def read(mapper, raw, context):
    """Read a record, whose key and version the mapping does not write."""
    return mapper.forward(SourceRecord("k", "v", "p", raw | {"ma_ho_so": "HS-1", "phien_ban": 1}), context)


def test_documents_of_every_circular_are_expressible():
    """Otherwise the round trip would show little."""
    found, _ = documents()
    assert {t.regulation for t in found} == {"TT27-2020", "TT22-2021", "TT58-2011", "TT30-2014"}
    assert {t.grade for t in found} == set(range(1, 13))


def test_every_document_comes_back_without_a_word():
    """Not one byte differs, and no loss is counted on either way."""
    found, context = documents()
    for document in found:
        for mapper in (SPARSE, COMPLETE):
            raw, losses = mapper.backward(document)
            made = read(mapper, raw, context)
            assert (losses, made.losses, made.findings) == ((), (), ())
            assert canonical(made.transcript) == canonical(document)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40)
NAME = st.lists(st.sampled_from(["Nguyễn", "Thị", "Ánh", "Hoà", "Đ'Răng", "Y", "Byă"]), min_size=1, max_size=5)


@settings(max_examples=60)
@given(st.data())
def test_what_is_written_is_read_and_written_alike(data):
    """Record to document to record: equal for every record that a document gives."""
    found, context = documents()
    document = data.draw(st.sampled_from(found))
    student = msgspec.structs.replace(document.student, name=" ".join(data.draw(NAME)))
    mapper = data.draw(st.sampled_from([SPARSE, COMPLETE]))
    raw, _ = mapper.backward(msgspec.structs.replace(document, student=student))
    again, losses = mapper.backward(read(mapper, raw, context).transcript)
    assert (again, losses) == (raw, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | TEXT | st.sampled_from(["1", "x", "M-TOAN", "9,0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*a_value(), "chuyen_de", "khen_thuong", "nghi"]) | TEXT, JSON, max_size=4))
def test_a_record_of_any_shape_gives_a_document_or_says_why_not(changes):
    """Nothing is raised, and a record without a document is never without a finding that refuses."""
    made = SPARSE.forward(SourceRecord("k", "v", "p", a_value() | changes), context_of())
    assert made.transcript is not None or any(found.severity == "refuse" for found in made.findings)
    assert len(made.findings) <= 50
    again = SPARSE.forward(SourceRecord("k", "v", "p", a_value() | changes), context_of())
    assert (again.transcript, again.findings, again.losses) == (made.transcript, made.findings, made.losses)


@settings(max_examples=30)
@given(st.dictionaries(TEXT, JSON, max_size=4), st.lists(JSON, max_size=3))
def test_lists_and_objects_of_any_shape_are_told(pupil, subjects):
    """Inside a pupil and inside subjects, too."""
    value = a_value(hoc_sinh=a_value()["hoc_sinh"] | pupil, mon_hoc=subjects)
    made = SPARSE.forward(SourceRecord("k", "v", "p", value), context_of())
    assert made.transcript is not None or made.findings
