"""What `verify_bundle` says of transcripts that no school signed: what they rest on, and every lie about it."""

import base64
from datetime import timedelta

import pytest

from hub.domain import finding
from hub.errors import Unavailable
from hub.evidence import Conclusion, bundle_bytes, verify_bundle, without_source
from tests.unit.evidence.builders import AT, LATER_AT, crls, edited, good, keys, roots
from tests.unit.evidence.sealed_lies import sealed_lies
from tests.unit.evidence.sealed_world import (
    FORMATS,
    MAPPING,
    MAPPING_SHA256,
    SYSTEMS,
    a_document,
    a_reader,
    a_sealed,
    issued,
    register,
    sealed,
    sealed_parts,
    source_of,
    without,
)

MEANS = {"derived": "BUNDLE_DERIVED", "attested": "BUNDLE_ATTESTED", "legacy_evidence": "BUNDLE_LEGACY_EVIDENCE"}


@pytest.mark.parametrize("grade", SYSTEMS)
def test_sealed_bundle_is_valid_and_says_what_its_grade_means(grade) -> None:  # type: ignore[no-untyped-def]
    """Every part holds, and the answer names grade, system and mapping in both languages."""
    report = verify_bundle(sealed(grade), roots(), check=a_reader())
    assert (report.verdict, set(report.parts.values())) == (Conclusion.VALID, {"valid"})
    assert [one.code for one in report.findings] == [MEANS[grade]]
    assert (report.facts["evidence"], report.facts["system"]) == (grade, SYSTEMS[grade])
    mapped = grade != "legacy_evidence"
    assert report.facts.get("mapping") == (MAPPING if mapped else None)
    assert report.facts.get("mapping_sha256") == (MAPPING_SHA256 if mapped else None)
    told = report.shown()["findings"][0]
    assert all(SYSTEMS[grade] in told[language] and "{" not in told[language] for language in ("vi", "en"))
    assert [one.role for one in report.signatories] == ["system_seal" if grade == "derived" else "so_seal"]


def test_native_bundle_says_that_it_is_native() -> None:
    """It rests on nothing else, so that no part about a source is due, and nobody is asked."""
    reader = a_reader()
    report = verify_bundle(good(), roots(), check=reader)
    assert (report.verdict, report.parts["source"], report.facts["evidence"]) == (Conclusion.VALID, "absent", "native")
    assert reader.asked == []


@pytest.mark.parametrize("grade", SYSTEMS)
def test_check_is_asked_about_the_very_bytes(grade) -> None:  # type: ignore[no-untyped-def]
    """With the system as it was registered when Sở received the document, and the certificates that it pins."""
    reader = a_reader()
    verify_bundle(sealed(grade), roots(), check=reader)
    (item,) = reader.asked
    assert (item.document, item.source, item.at) == (a_document(), source_of(a_document()), AT)
    assert (item.system.system, item.system.format) == (SYSTEMS[grade], FORMATS[grade])
    assert item.origin.grade == grade
    assert item.signers == ((issued("province").der,) if grade == "derived" else ())


def test_sealed_bundle_is_unknown_where_nobody_reads_its_source() -> None:
    """All proofs hold, but does the source say this? The part stays open and says so."""
    report = verify_bundle(sealed(), roots())
    assert (report.verdict, report.parts["source"]) == (Conclusion.UNKNOWN, "unknown")
    assert {part for part, end in report.parts.items() if end != "valid"} == {"source"}
    assert [one.code for one in report.findings] == ["BUNDLE_DERIVED", "BUNDLE_SOURCE_UNJUDGED"]


def test_source_that_says_another_mark_makes_it_invalid() -> None:
    """What the check finds is told under the source, and no mark is repeated."""
    wrong = finding("BUNDLE_SOURCE_DIFFERS", "$.subjects[0].score", "9.0")
    report = verify_bundle(sealed(), roots(), check=lambda items: [(wrong,) for _ in items])
    assert (report.verdict, report.parts["source"]) == (Conclusion.INVALID, "invalid")
    assert {part for part, end in report.parts.items() if end != "valid"} == {"source"}
    assert (report.findings[0].path, report.findings[0].value) == ("$.source.subjects[0].score", None)


@pytest.mark.parametrize("grade", SYSTEMS)
def test_file_without_its_source_is_unknown_by_that_alone(grade) -> None:  # type: ignore[no-untyped-def]
    """Nothing is broken, but what it rests on cannot be looked at: it is never valid, and nobody is asked."""
    reader = a_reader()
    report = verify_bundle(edited(sealed(grade), without("source")), roots(), check=reader)
    assert (report.verdict, report.parts["source"], reader.asked) == (Conclusion.UNKNOWN, "unknown", [])
    assert {part for part, end in report.parts.items() if end != "valid"} == {"source"}
    assert [one.code for one in report.findings] == [MEANS[grade], "BUNDLE_SOURCE_MISSING"]


@pytest.mark.parametrize("grade", SYSTEMS)
def test_file_for_a_family_holds_nothing_of_its_source(grade) -> None:  # type: ignore[no-untyped-def]
    """Whose records stand in it is nobody's business there; all other bytes stay, so the rest is proved as ever."""
    whole = sealed(grade)
    made = without_source(whole)
    assert base64.b64encode(source_of(a_document())) in whole
    assert base64.b64encode(source_of(a_document())) not in made
    assert made == edited(whole, without("source"))
    assert without_source(made) == made
    (told,) = (
        one for one in verify_bundle(made, roots()).shown()["findings"] if one["code"] == "BUNDLE_SOURCE_MISSING"
    )
    assert "Sở" in told["vi"] + told["next_vi"]
    assert "Sở" in told["en"] + told["next_en"]


def test_native_file_for_a_family_is_the_file() -> None:
    """It has no source to leave out."""
    assert without_source(good()) == good()


def test_check_that_cannot_run_is_no_verdict() -> None:
    """The world's fault is not the record's."""

    def out_of_order(_items: object) -> list[tuple[()]]:
        raise Unavailable("DATABASE_UNREACHABLE")

    with pytest.raises(Unavailable):
        verify_bundle(sealed(), roots(), check=out_of_order)


@pytest.mark.parametrize("name", sorted(sealed_lies()))
def test_sealed_lie_is_never_valid_and_its_part_tells_it(name: str) -> None:
    """Even where the reader of sources finds nothing wrong; and the answer has a code for it."""
    lie = sealed_lies()[name]
    report = verify_bundle(lie.data, roots(), check=lambda items: [() for _ in items])
    assert (report.verdict, report.parts[lie.part]) == (Conclusion.INVALID, "invalid")
    assert any(one.severity == "refuse" for one in report.findings)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other source", "BUNDLE_SOURCE_DIFFERS"),
        ("source of another document", "BUNDLE_SOURCE_DIFFERS"),
        ("native document with a source", "BUNDLE_SOURCE_UNASKED"),
        ("grade lifted in the leaf", "BUNDLE_LEAF_DIFFERS"),
        ("seal beside a chain", "SEAL_NOT_ALONE"),
        ("system that nobody registered", "SEAL_SYSTEM_UNKNOWN"),
        ("system with another grade", "SEAL_GRADE_WRONG"),
        ("mapping of another system", "SEAL_MAPPING_WRONG"),
        ("seal says another grade", "SEAL_GRADE_WRONG"),
        ("origin that is not critical", "SIGNATURE_CRIT_WRONG"),
    ],
)
def test_sealed_lie_is_told_by_its_name(name: str, code: str) -> None:
    """A reader learns what is wrong, and not only that something is."""
    report = verify_bundle(sealed_lies()[name].data, roots(), check=a_reader())
    assert code in [one.code for one in report.findings]


def test_lifted_grade_is_told_as_such() -> None:
    """The leaf's grade against the one that the signatures have."""
    report = verify_bundle(sealed_lies()["grade lifted in the leaf"].data, roots(), check=a_reader())
    told = [one for one in report.findings if one.code == "BUNDLE_LEAF_DIFFERS"]
    assert (told[0].facts, report.facts["evidence"]) == ({"what": "evidence"}, "derived")


def test_seal_that_was_revoked_before_does_not_count() -> None:
    """A system's certificate is judged like a person's."""
    pki = keys().pki
    pki.revoke(issued("system"), AT - timedelta(days=1))
    newer = crls(LATER_AT)
    for _, authority in pki.authorities.values():
        authority.revoked.clear()
    bundle = bundle_bytes(**sealed_parts(a_sealed(), register=(*register(), newer)))
    report = verify_bundle(bundle, roots(), check=a_reader())
    assert (report.verdict, report.parts["signatures"]) == (Conclusion.INVALID, "invalid")
    assert "CERTIFICATE_REVOKED" in [one.code for one in report.findings]
