"""Sealed sheets before judges that nobody here wrote; a judge that is not installed skips its test and says so."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from hub.evidence import bundle_bytes
from hub.local.pki import Pki
from hub.local.timestamp_authority import TimestampAuthority
from hub.local.timestamp_keys import make_timestamp_keys, save_timestamp_keys
from hub.print import Issuer, set_sheet
from hub.print.sealing import with_last_line
from hub.trust import TrustPolicy, encode_base64
from tests.judges.java_judges import dss_says, verapdf_says
from tests.judges.presence import judge_is_missing
from tests.unit.evidence import builders

GRADES = {"primary": 3, "lower": 8, "upper": 11}


class Sealed:
    """Sheets of three levels, sealed now by a seal of authorities made now, so that judges find them current."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        self.pki, stamps = Pki.create(now), make_timestamp_keys(now)
        self.stamp_root = stamps.root
        save_timestamp_keys(stamps, folder)
        seal = self.pki.issue("Sở mẫu", "seal", "ES256", now - timedelta(days=1), now + timedelta(days=300))
        changes = {
            "roots": [encode_base64(pair[0].der) for pair in self.pki.authorities.values()],
            "intermediates": [encode_base64(pair[1].der) for pair in self.pki.authorities.values()],
            "timestamp_roots": [encode_base64(stamps.root)],
        }  # fmt: skip
        self.policy = TrustPolicy.of(builders.policy_payload(**changes))
        self.crls = self.pki.crls(now)
        authority = TimestampAuthority(folder, folder / "port")
        authority.start()
        try:
            issuer = Issuer.of(
                seal.signer, "so_seal", "so-ha-noi", "https://x/kiem-tra", self.policy, self.crls, authority.url
            )
            self.files = {name: folder / f"{name}.pdf" for name in GRADES}
            for name, path in self.files.items():
                path.write_bytes(issuer.issue(a_bundle(GRADES[name]), now))
        finally:
            authority.stop()

    @property
    def roots(self) -> list[bytes]:
        return [self.stamp_root, *(pair[0].der for pair in self.pki.authorities.values())]

    @property
    def intermediates(self) -> list[bytes]:
        return [pair[1].der for pair in self.pki.authorities.values()]


def a_bundle(grade: int) -> bytes:
    """Evidence of a transcript of that grade; who signed it is of no matter here."""
    one = builders.a_locked(grade=grade)
    return bundle_bytes(**builders.parts_of(one))


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return Sealed(tmp_path_factory.mktemp("sheets"))


@pytest.mark.parametrize("name", list(GRADES))
def test_pdfsig_finds_one_seal_over_the_whole_document(sealed: Sealed, name: str) -> None:
    if shutil.which("pdfsig") is None:
        judge_is_missing("pdfsig")
    said = subprocess.run(["pdfsig", sealed.files[name]], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature #") == 1
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Not total document signed" not in said


@pytest.mark.parametrize("name", list(GRADES))
def test_pyhankos_validator_accepts_the_seal(sealed: Sealed, name: str) -> None:
    with sealed.files[name].open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        context = ValidationContext(
            trust_roots=_asn1(sealed.roots), other_certs=_asn1(sealed.intermediates),
            crls=sealed.crls, allow_fetching=False, revocation_mode="soft-fail",
        )  # fmt: skip
        status = validate_pdf_signature(signature, context, context)
    assert status.bottom_line, status.pretty_print_details()


def test_verapdf_finds_pdf_a_3b(sealed: Sealed, tmp_path: Path) -> None:
    """Sealed sheets of every layout; one that ends its unsealed part without a line feed would fail."""
    unsealed = tmp_path / "unsealed.pdf"
    unsealed.write_bytes(with_last_line(set_sheet(builders.good(), "x")))
    found = verapdf_says([*sealed.files.values(), unsealed])
    assert len(found) == len(GRADES) + 1
    assert all(line.startswith("PASS") and line.endswith("3b") for line in found), found


@pytest.mark.parametrize("name", list(GRADES))
def test_dss_finds_a_seal_with_time_stamp(sealed: Sealed, name: str) -> None:
    """The EU's library, trusting the roots alone. Revocation data stands before the seal, so it is no "LT" to it."""
    form, indication, more = dss_says(sealed.files[name], sealed.roots)
    assert (form, indication) == ("PAdES-BASELINE-T", "TOTAL_PASSED"), (form, indication, more)


def _asn1(ders: list[bytes]) -> list[object]:
    from asn1crypto import x509  # noqa: PLC0415

    return [x509.Certificate.load(der) for der in ders]
