"""What a source must say: just the document, but for its school block, what it replaces, and why."""

import base64
import hashlib
import json
import re
from copy import copy
from dataclasses import replace
from types import SimpleNamespace

import msgspec
import pytest

from hub.client.mapping_trial import Made, compare
from hub.connectors.sdk import extract_bytes, extract_record
from hub.connectors.sdk.records import SourceRecord
from hub.domain.findings import render
from hub.domain.transcript import School
from hub.errors import Corrupt, Refused
from hub.sources.judging import PATH_COUNT_MAX, judge
from hub.sources.wire import Asked, Request
from hub.trust import SourceSystem
from tests.unit.connectors.signed.pictures_made import a_png
from tests.unit.connectors.signed.signing_world import AT as SIGNED_AT
from tests.unit.connectors.signed.signing_world import LOT, signer

from .sealed_world import SYSTEM, codes, with_origin


def judged(played, *items, load=None):
    """Judge items of one source in this process."""
    first = items[0]
    asked = tuple(Asked(item.document, item.origin, item.at, item.allows_rs256) for item in items)
    return judge(Request(first.source, first.system, first.signers, asked), load or played.load)


def one(played, item, **options):
    """Return the findings of one item, each of which must show without an unfilled slot."""
    (found,) = judged(played, item, **options)
    for shown in map(render, found):
        assert "{" not in shown["vi"] + shown["en"] + shown["next_vi"] + shown["next_en"]
    return found


@pytest.mark.parametrize("version", ["1", "2"])
def test_document_that_its_source_gives_has_no_findings(played, version):
    """By the version that the seal names, whichever is the newest."""
    assert one(played, played.item(version)) == ()


def test_version_that_reads_otherwise_is_found(played):
    """Version 2 reads a boy where version 1 read a girl; the seal says which was meant."""
    first, second = played.item("1"), played.item("2")
    assert first.document != second.document
    swapped = replace(first, document=second.document)
    (found,) = one(played, swapped)
    assert (found.code, found.facts) == ("SOURCE_DIFFERS", {"count": "1", "paths": "$.student.gender"})


def test_school_block_and_what_is_replaced_are_the_documents_own(played):
    """No source knows them: the register's name and province, the hash of what was there before, and the reason."""

    def replacing(made):
        school = School(code=made.school.code, name="Tên theo sổ đăng ký", province="87")
        return msgspec.structs.replace(made, school=school, supersedes="0" * 64, reason="Sửa điểm")

    assert one(played, played.item(change=replacing)) == ()


@pytest.mark.parametrize(("path", "change"), [
    ("$.class", {"class_": "1B"}), ("$.remarks", {"remarks": "Khác"}), ("$.remarks", {"remarks": msgspec.UNSET}),
    ("$.rating", {"rating": "HTXS"}), ("$.grade", {"grade": 2}), ("$.regulation", {"regulation": "TT30-2014"}),
    ("$.study_topics", {"study_topics": ("TOAN",)}),
])  # fmt: skip
def test_every_other_member_that_was_changed_is_found_with_its_path(played, path, change):
    """Changed, added or taken away."""
    (found,) = one(played, played.item(change=lambda made: msgspec.structs.replace(made, **change)))
    assert (found.code, found.facts["paths"]) == ("SOURCE_DIFFERS", path)


def test_members_inside_are_found_with_their_path(played):
    """A mark, a name, a birth date; and no value is told."""

    def change(made):
        better = msgspec.structs.replace(made.subjects[0], score="10.0")
        student = msgspec.structs.replace(made.student, name="Trần Văn Khác", birth_date="2017-03-05")
        return msgspec.structs.replace(made, subjects=(better, *made.subjects[1:]), student=student)

    (found,) = one(played, played.item(change=change))
    assert found.facts == {"count": "3", "paths": "$.student.birth_date, $.student.name, $.subjects[TV].score"}
    assert "Khác" not in str(found)


@pytest.mark.parametrize("change", [
    {"school_year": "2023-2024"}, {"period": "semester_1"},
    {"school": School(code="82020002", name="Trường khác", province="82")},
])  # fmt: skip
def test_document_about_another_record_is_not_in_the_source(played, change):
    """Another year, half-year or school; a school's code is the source's word."""
    assert codes(one(played, played.item(change=lambda made: msgspec.structs.replace(made, **change)))) == (
        ["SOURCE_RECORD_MISSING"]
    )


def test_document_about_another_pupil_is_not_in_the_source(played):
    """A pupil is found by the code; where that was changed, by the number, and then the code is what differs."""

    def other(made):
        return msgspec.structs.replace(made, student=msgspec.structs.replace(made.student, student_code="9"))

    assert codes(one(played, played.item(change=other))) == ["SOURCE_RECORD_MISSING"]


def test_source_whose_row_cannot_be_mapped_bears_nothing_out(played):
    """The row lacks what the mapping requires."""
    good = played.item()
    bare = extract_bytes(SYSTEM.system, SourceRecord("TG-1", "1", "x", {"ma": "TG-1"}))
    item = with_origin(replace(good, source=bare), source_sha256=hashlib.sha256(bare).hexdigest())
    assert codes(one(played, item)) == ["SOURCE_RECORD_MISSING"]


@pytest.mark.parametrize("said_twice", ["9", "10"])
def test_record_of_which_the_source_says_two_things_is_refused(played, monkeypatch, said_twice):
    """Else whoever seals would choose which of them counts; the same said twice is one thing."""
    item = played.item()

    def rows(data):
        row = extract_record(data)
        subjects = [row.value["mon"][0] | {"diem": said_twice}, *row.value["mon"][1:]]
        return row, replace(row, value=dict(row.value) | {"mon": subjects})

    monkeypatch.setattr(played.connector, "rows", rows)
    assert codes(one(played, item)) == ([] if said_twice == "9" else ["SOURCE_RECORD_AMBIGUOUS"])


def test_bytes_that_are_not_canonical_are_refused(played):
    """The same content in other bytes is another document."""
    item = played.item()
    spaced = json.dumps(json.loads(item.document), indent=1, ensure_ascii=False).encode()
    assert one(played, replace(item, document=spaced))
    assert one(played, replace(item, document=b"{}"))
    assert one(played, replace(item, document=b"\xff"))


def test_seal_that_names_other_rules_is_refused(played):
    """The hash of the rules, a version that is not kept, a connector that does not exist."""
    item = played.item()
    assert codes(one(played, with_origin(item, mapping_sha256="0" * 64))) == ["MAPPING_DIFFERS"]
    assert codes(one(played, with_origin(item, mapping="so-thu/9"))) == ["MAPPING_UNKNOWN"]

    def unknown(name):
        raise Refused("CONNECTOR_UNKNOWN", {"connector": name, "proposal": ""})

    assert codes(one(played, item, load=unknown)) == ["CONNECTOR_UNKNOWN"]


def test_source_that_is_another_one_is_refused(played):
    """Of another hash, of another system, or no extract at all."""
    item = played.item()
    assert codes(one(played, replace(item, source=item.source + b" "))) == ["SOURCE_OTHER"]
    other = played.item(system=replace(SYSTEM, system="he-thong-khac"))
    assert codes(one(played, replace(other, system=SYSTEM))) == ["SOURCE_SYSTEM_DIFFERS"]
    assert codes(one(played, played.item(source=b"{}"))) == ["SOURCE_EXTRACT_WRONG"]


def test_connector_of_another_grade_is_refused(played):
    """What the register calls derived cannot be read as attested, nor by a connector of signed records."""
    derived = SourceSystem("so-lieu-thu", "tien-giang", "derived", "xades", "so-thu", (signer().der.hex(),))
    item = played.item(source=signer().sign(LOT))
    item = replace(item, system=derived, signers=(signer().der,))
    assert codes(one(played, item)) == ["SOURCE_CONNECTOR_UNFIT"]

    class Native:
        manifest = SimpleNamespace(evidence="native")

    assert codes(one(played, played.item(), load=lambda name: Native())) == ["SOURCE_CONNECTOR_UNFIT"]


def test_signed_source_is_verified_before_it_is_read(played):
    """Its refusals are the document's; a signature younger than the receipt is one of them."""
    derived = SourceSystem("so-lieu-thu", "tien-giang", "derived", "xades", "so-thu", (signer().der.hex(),))
    good = replace(played.item(source=signer().sign(LOT)), system=derived, signers=(signer().der,))
    assert codes(one(played, replace(good, signers=()))) == ["SOURCE_CERTIFICATE_UNKNOWN"]
    assert codes(one(played, replace(good, at=SIGNED_AT.replace(year=2023)))) == ["SOURCE_SIGNED_LATER"]


def test_scan_is_judged_by_itself_alone(played):
    """Nothing is mapped: whatever the document says, a person typed it."""
    system = SourceSystem("giay-cu", "tien-giang", "legacy_evidence", "scan")
    item = played.item(source=a_png())
    item = with_origin(item, grade="legacy_evidence", mapping=msgspec.UNSET, mapping_sha256=msgspec.UNSET)
    assert one(played, replace(item, system=system)) == ()
    damaged = a_png() + b"x"
    item = with_origin(replace(item, source=damaged, system=system), source_sha256=hashlib.sha256(damaged).hexdigest())
    assert codes(one(played, item)) == ["SOURCE_PICTURE_DAMAGED"]
    signed = replace(item, system=replace(system, format="pades"))
    assert codes(one(played, signed)) == ["SOURCE_PDF_MALFORMED"]


def test_documents_of_one_source_are_answered_each_for_itself(played):
    """In order; one that is wrong does not spoil the others."""
    good, bad = played.item(), played.item(change=lambda made: msgspec.structs.replace(made, class_="9Z"))
    answers = judged(played, good, bad, with_origin(good, mapping="so-thu/7"), good)
    assert [codes(found) for found in answers] == [[], ["SOURCE_DIFFERS"], ["MAPPING_UNKNOWN"], []]


def test_damaged_mapping_is_not_the_documents_fault(played):
    """It stops whoever finds it."""

    def damaged(name):
        raise Corrupt("MAPPING_CHANGED", {"mapping": name, "pinned": "x", "found": "y"})

    with pytest.raises(Corrupt, match="MAPPING_CHANGED"):
        judged(played, played.item(), load=damaged)


def test_subject_is_named_by_its_code_as_mapping_diff_names_it(played):
    """Whoever compares what a verdict says with what two versions differ in compares the same words."""

    def other(made):
        first, *rest = made.subjects
        level = "T" if first.level == "H" else "H"
        return msgspec.structs.replace(made, subjects=(msgspec.structs.replace(first, level=level), *rest))

    right, wrong = played.item(), played.item(change=other)
    (found,) = one(played, wrong)
    first, second = (Made("", "", item.document, (), (), None) for item in (right, wrong))
    (difference,) = compare(first, second).differences
    assert found.facts == {"count": "1", "paths": difference.path}
    assert re.fullmatch(r"\$\.subjects\[[A-Z_]+\]\.level", difference.path)


def test_paths_beyond_the_limit_are_counted_only(played):
    """A document with more differences needs a person, not a longer list."""
    topics = tuple(f"X{number:02}" for number in range(30))
    (found,) = one(played, played.item(change=lambda made: msgspec.structs.replace(
        made, subjects=tuple(msgspec.structs.replace(made.subjects[0], code=topic) for topic in topics)
    )))  # fmt: skip
    assert int(found.facts["count"]) > PATH_COUNT_MAX
    assert found.facts["paths"].endswith(", …")


@pytest.mark.parametrize(("allows", "told"), [(True, ["SOURCE_ALGORITHM_OLD"]), (False, ["SOURCE_ALGORITHM_ENDED"])])
def test_old_algorithm_is_told_until_its_end_and_refused_from_then_on(played, allows, told):
    """By the trust policy at the time of deposit, as for the hub's own signatures; a newer algorithm is no matter."""
    connector = copy(played.connector)
    connector.rows = lambda data: (extract_record(base64.b64decode(re.findall(rb">([^<]+)<", data)[0])),)
    who = signer("RSA")
    system = replace(SYSTEM, format="xades")
    for method, expected in (("RS256", told), ("PS256", [])):
        right = played.item(system=system)
        xml = b"<nguon>" + base64.b64encode(right.source) + b"</nguon>"
        source = who.sign(xml, method=method)
        item = replace(
            with_origin(right, source_sha256=hashlib.sha256(source).hexdigest()), source=source,
            signers=(who.der,), allows_rs256=allows, at=max(right.at, SIGNED_AT),
        )  # fmt: skip
        assert codes(one(played, item, load=lambda _: connector)) == expected
