"""Evidence of a derived transcript with a real source: a class file that Tiền Giang's system signed, and its mapping.

The reader of sources is the hub's own, in its own process; what the Sở could make agree, it has made agree.
"""

import hashlib
import json
from functools import cache

import pytest

from hub.connectors import found, load
from hub.domain import read
from hub.evidence import SOURCE_BYTE_COUNT_MAX, Conclusion, Report, Signed, bundle_bytes
from hub.sources import verify_with_source
from hub.trust import Origin, SealedItem, encode_base64, leaf_bytes, leaf_of, sign
from tests.unit.connectors.signed.paper_world import a_pdf, paper_signer, sign_pdf
from tests.unit.evidence.both import Case, agreed
from tests.unit.evidence.builders import AT, SALT_KEY, SO, a_register, accepted, entry, keys, placed, roots, seconds
from tests.unit.evidence.node import ask
from tests.unit.evidence.sealed_world import a_sealed, a_system, issued, register, seal_entries, sealed_parts
from tests.unit.sources.test_golden_sources import items_of

SYSTEM = "ho-so-tien-giang"


@cache
def item(name: str = "lop-5a") -> SealedItem:
    """Return the first document of a golden class file with its source, its mapping and the pinned certificate."""
    return items_of("tien-giang", found()["tien-giang"] / "golden" / f"{name}.json")[0]


def registered(signer: bytes) -> tuple[Signed, ...]:
    """Register Tiền Giang's system at the Sở of these proofs, with one pinned certificate."""
    pin = hashlib.sha256(signer).hexdigest()
    system = {"format": "xades", "grade": "derived", "mapping": "tien-giang", "signers": [pin], "so": SO}
    der = {"der_base64": encode_base64(signer)}
    return (*a_register(), *seal_entries(), entry("certificate", pin, der), entry("source_system", SYSTEM, system))


def evidence(
    document: bytes | None = None, source: bytes | None = None, signer: bytes | None = None, **says: str
) -> bytes:
    """Return the evidence of a document, sealed over a source; `says` are other members of the seal's origin."""
    data, lot = document or item().document, source or item().source
    said = {"mapping": item().origin.mapping, "mapping_sha256": item().origin.mapping_sha256} | says
    origin = Origin(grade="derived", source_sha256=hashlib.sha256(lot).hexdigest(), system=SYSTEM, **said)  # type: ignore[arg-type]
    transcript = read(data).transcript
    assert transcript is not None
    scope = {"school": transcript.school.code, "school_year": transcript.school_year, "period": transcript.period}
    seal = sign(
        issued("system").signer, data, role="system_seal", scope=scope, typ=transcript.type, iat=seconds(AT) - 60,
        origin=origin,
    )  # fmt: skip
    leaf = leaf_of(
        action="LOCK", document=data, signatures=(seal,), salt_key=SALT_KEY,
        pupil=f"id:{transcript.student.personal_id}", year=transcript.school_year, period=transcript.period, version=1,
        locator="82ABCDEFGHJ", effective_on="2026-06-20",
    )  # fmt: skip
    place = placed(leaf_bytes(leaf), school=transcript.school.code, school_year=transcript.school_year)
    return bundle_bytes(
        so=SO, document=data, signatures=(seal,), receipt=accepted(data), place=place, later=(),
        register=registered(signer or item().signers[0]), source=lot,
    )  # fmt: skip


def checked(data: bytes) -> Report:
    return verify_with_source(data, roots())


def test_derived_transcript_is_valid_when_its_signed_source_says_just_this() -> None:
    """Signature, mapping and every member; the answer names who signed the source, when, and the rules."""
    report = checked(evidence())
    assert (report.verdict, set(report.parts.values())) == (Conclusion.VALID, {"valid"}), report.shown()["findings"]
    facts = report.facts
    assert (facts["evidence"], facts["system"], facts["mapping"]) == ("derived", SYSTEM, item().origin.mapping)
    assert facts["source_signer_sha256"] == hashlib.sha256(item().signers[0]).hexdigest()
    assert facts["source_signed_at"].startswith("2025-")
    assert facts["source_sha256"] == hashlib.sha256(item().source).hexdigest()


@cache
def lies() -> dict[str, tuple[str, bytes]]:
    """Return the code and the file of each lie that only a reader of the source can find."""
    own = item()
    better = own.document.replace(b'"level":"H"', b'"level":"T"', 1)
    assert better != own.document
    other_class = item("lop-7b")
    last = load("tien-giang").mappings[-1]
    return {
        "a better level than in the source": ("SOURCE_DIFFERS", evidence(better)),
        "another class": ("SOURCE_DIFFERS", evidence(own.document.replace(b'"class":"5A"', b'"class":"5B"'))),
        "source of another class": ("SOURCE_RECORD_MISSING", evidence(source=other_class.source)),
        "source changed behind its hash": (
            "SOURCE_XML_CONTENT_DIFFERS", evidence(source=own.source.replace(b'ma="5A"', b'ma="5B"', 1)),
        ),
        "source that is no XML": ("SOURCE_XML_MALFORMED", evidence(source=b"<so")),
        "source signed by somebody else": ("SOURCE_CERTIFICATE_UNKNOWN", evidence(signer=issued("province").der)),
        "other rules under the name of these": ("MAPPING_DIFFERS", evidence(mapping_sha256="00" * 32)),
        "rules that were never published": (
            "MAPPING_UNKNOWN", evidence(mapping="tien-giang/99", mapping_sha256=last.sha256),
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", lies())
def test_lie_about_what_a_source_says_is_found_by_reading_it(name: str) -> None:
    """Everything else agrees: digest, seal, leaf, log. The second verifier does not know, and says that it does not."""
    code, data = lies()[name]
    report = checked(data)
    assert (report.verdict, [one.code for one in report.findings if one.severity == "refuse"]) == (
        Conclusion.INVALID,
        [code],
    )
    assert {part for part, end in report.parts.items() if end != "valid"} == {"source"}
    anchor = ("anchor-ha-noi.der", encode_base64(keys().issued["registrar"].der))
    (second,) = ask([{"ask": "bundle", "file": encode_base64(data), "roots": [anchor]}])
    assert (second["verdict"], second["parts"]["source"]) == ("unknown", "unknown")


def test_older_mapping_still_bears_its_records_out() -> None:
    """A record sealed under version 1 is read by version 1, whatever came after it."""
    own = item("lop-5a-1")
    assert own.origin.mapping == "tien-giang/1"
    says = {"mapping": str(own.origin.mapping), "mapping_sha256": str(own.origin.mapping_sha256)}
    assert checked(evidence(own.document, own.source, **says)).verdict is Conclusion.VALID
    newer = checked(evidence(own.document, own.source))
    assert [one.code for one in newer.findings if one.severity == "refuse"] == ["SOURCE_DIFFERS"]


def test_report_on_a_source_names_no_pupil() -> None:
    """Neither of this pupil nor of those beside it in the file."""
    shown = json.dumps([checked(data).shown() for _, data in lies().values()], ensure_ascii=False)
    assert not any(name in shown for name in ("Nguyễn", "082314001234", "8200849201"))


@pytest.mark.parametrize("form", ["scan", "pades"])
def test_typed_transcript_rests_on_its_paper_alone(form: str) -> None:
    """No mark follows from it; that it is a whole picture or a PDF signed by whom the register pins is checked."""
    who = paper_signer()
    paper = a_pdf() if form == "scan" else sign_pdf(a_pdf(), who)
    pins = {"signers": [hashlib.sha256(who.der).hexdigest()]} if form == "pades" else {}
    der = entry("certificate", hashlib.sha256(who.der).hexdigest(), {"der_base64": encode_base64(who.der)})
    entries = (*register(a_system("legacy_evidence", format=form, **pins)), der)

    def typed(source: bytes) -> Report:
        one = a_sealed("legacy_evidence", source_sha256=hashlib.sha256(source).hexdigest())
        return checked(bundle_bytes(**sealed_parts(one, source=source, register=entries)))

    report = typed(paper)
    codes = [one.code for one in report.findings]
    if form == "pades":  # it was signed just now, which is after these proofs
        assert codes[0] == "SOURCE_SIGNED_LATER"
    else:
        assert (report.verdict, codes) == (Conclusion.VALID, ["BUNDLE_LEGACY_EVIDENCE"])
        assert "source_signed_at" not in report.facts
    assert typed(paper[:-20]).parts["source"] == typed(b"<so/>").parts["source"] == "invalid"


def test_largest_source_that_a_message_brings_fits_a_bundle() -> None:
    """A megabyte: both verifiers read it, and find one changed byte at its end."""
    source = b"%PDF-" + bytes(SOURCE_BYTE_COUNT_MAX - 5)
    one = a_sealed("legacy_evidence", source_sha256=hashlib.sha256(source).hexdigest())
    files = [bundle_bytes(**sealed_parts(one, source=data)) for data in (source, source[:-1] + b"x")]
    assert len(files[0]) < 3 * SOURCE_BYTE_COUNT_MAX
    assert agreed([Case(file) for file in files]) == ["unknown", "invalid"]
