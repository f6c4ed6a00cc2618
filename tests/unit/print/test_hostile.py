"""No hostile file is ever valid, by the function that the portal calls and by the command that people type."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.sign import PdfSignatureMetadata
from typer.testing import CliRunner

from hub.cli.main import app
from hub.errors import Refused, Unavailable
from hub.evidence import Bundle, Conclusion, authentic_register_of, bundle_bytes, read_file, verify_bundle
from hub.local.pki import Issued, Pki
from hub.print import Issuer, check_sheet, checking, sealing, setting
from hub.trust import encode_base64
from tests.unit.evidence import builders
from tests.unit.evidence.lies import lies
from tests.unit.print.hostile import hostile, size
from tests.unit.print.sheets import SEALED_AT, an_issuer, authority, codes, good_sheet
from tests.unit.trust import timestamp_world as stamps

ROOTS = builders.roots("registrar")
STRIDE = int(os.environ.get("HUB_SHEET_STRIDE", "53"))
YEAR = timedelta(days=365)


def test_no_hostile_sheet_is_valid_and_each_says_why() -> None:
    """Shadow attacks, pages, actions, attachments, ranges, wrapping, cuts, nests, passwords: one stable code each."""
    reports = {name: (check_sheet(pdf, ROOTS), expected) for name, (pdf, expected) in hostile().items()}
    wrong = {
        name: (report.verdict.value, codes(report))
        for name, (report, expected) in reports.items()
        if report.verdict is not Conclusion.INVALID or not codes(report) & expected
    }
    assert wrong == {}
    assert len(reports) > 50
    for report, _ in reports.values():
        told = report.shown()["findings"]
        assert all(one["vi"] and one["en"] and one["next_vi"] and one["next_en"] for one in told)


def test_command_calls_no_hostile_sheet_valid(tmp_path: Path) -> None:
    """Hub verify exits with 1 and says it in both languages; the good sheet is its measure."""
    anchor, path = tmp_path / "anchor-1.der", tmp_path / "sheet.pdf"
    anchor.write_bytes(builders.keys().issued["registrar"].der)

    def verified(pdf: bytes) -> tuple[int, str]:
        path.write_bytes(pdf)
        done = CliRunner().invoke(app, ["verify", str(path), "--roots", str(anchor)])
        return done.exit_code, done.output

    assert verified(good_sheet())[0] == 0
    found = {name: verified(pdf) for name, (pdf, _) in hostile().items()}
    assert {name: code for name, (code, _) in found.items() if code != 1} == {}
    assert all(any(code in said for code in hostile()[name][1]) for name, (_, said) in found.items())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let equal data be set and verified once: thousands of files share it."""
    for name in ("set_sheet", "authentic_register_of"):
        monkeypatch.setattr(checking, name, lru_cache(getattr(checking, name)))


def test_sheet_with_any_byte_changed_is_not_valid(quick: None) -> None:
    """A bit of every STRIDE-th byte of the sheet, and of every seventh of the section of its seal."""
    good, verify = good_sheet(), lru_cache(verify_bundle)
    assert check_sheet(good, ROOTS, verify).verdict is Conclusion.VALID
    places = sorted({*range(0, len(good), STRIDE), *range(size(), len(good), min(STRIDE, 7)), len(good) - 1})
    valid = [
        at for at in places
        if check_sheet(good[:at] + bytes([good[at] ^ (1 << at % 8)]) + good[at + 1 :], ROOTS, verify).verdict
        is not Conclusion.INVALID
    ]  # fmt: skip
    assert valid == []


def test_lie_inside_a_sealed_sheet_is_as_invalid_as_alone() -> None:
    """A true seal mends no evidence: what the file of evidence is alone, it is on paper too."""
    found: dict[str, Conclusion] = {}
    with authority() as url:
        issuer = an_issuer("so", url)
        for name, lie in lies().items():
            try:
                found[name] = check_sheet(issuer.issue(lie.data, SEALED_AT), ROOTS).verdict
            except Refused:
                continue  # no sheet can be set of it
    assert len(found) > 20
    assert {name for name, verdict in found.items() if verdict is Conclusion.VALID} == set()


def test_sheet_of_a_superseded_version_is_superseded() -> None:
    """Sheet and seal are what they were; the file itself proves a later version."""
    first = builders.a_locked()
    _, unlocked, superseding = builders.corrected(first)
    register = (*builders.a_register(), builders.crls(builders.LATER_AT))
    old = bundle_bytes(**builders.parts_of(first, later=(unlocked, superseding), register=register))
    with authority() as url:
        report = check_sheet(an_issuer("so", url).issue(old, SEALED_AT), ROOTS)
    assert (codes(report), report.verdict) == (set(), Conclusion.SUPERSEDED)


def _metadata(honest: Callable[..., object], **said: object) -> object:
    """Let a sealer seal what it should not: pyHanko itself would ask whether the certificate is good."""
    return honest(**(said | {"embed_validation_info": False, "validation_context": None}))


def sealed_by(issued: Issued, bundle: bytes | None = None) -> set[str]:
    """Return the codes of a sheet that this key sealed; it must be invalid."""
    data = bundle or builders.good()
    honest = an_issuer()
    register = authentic_register_of(read_file(data, Bundle), ROOTS)
    policy = register.policy(SEALED_AT)
    assert policy is not None
    careless = partial(_metadata, PdfSignatureMetadata)
    with authority() as url, mock.patch.object(sealing, "PdfSignatureMetadata", careless):
        maker = Issuer.of(issued.signer, "so_seal", honest.owner, honest.address, policy, register.crls, url)
        report = check_sheet(maker.issue(data, SEALED_AT), ROOTS)
    assert report.verdict is Conclusion.INVALID
    return codes(report)


def test_seal_of_a_strangers_authority_is_refused() -> None:
    """A certificate of the same name, from an authority that nobody trusts."""
    made = Pki.create(builders.AT).issue("so", "seal", "ES256", builders.AT - YEAR, builders.AT + YEAR)
    assert "SHEET_SEALER_UNKNOWN" in sealed_by(made)


def test_self_signed_seal_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "so")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(builders.AT - YEAR).not_valid_after(builders.AT + YEAR).sign(key, SHA256())
    )  # fmt: skip
    assert "SHEET_SEALER_UNKNOWN" in sealed_by(Issued(made.public_bytes(Encoding.DER), key, "ES256", "seal"))


@pytest.mark.parametrize("who", ["seal", "principal", "teacher", "registrar"])
def test_seal_by_a_true_certificate_of_another_role_is_refused(who: str) -> None:
    """A school's seal is good for its documents; a sheet is sealed by Sở or Bộ."""
    assert "SHEET_SEALER_UNKNOWN" in sealed_by(builders.keys().issued[who])


def with_second_seal(issued: Issued, *more: object) -> bytes:
    """Return evidence whose register lets `issued` seal for the Sở too."""
    digest = issued.sha256.hex()
    official = {"certificate_sha256": digest, "person": "so-2", "role": "so_seal", "so": builders.SO}
    entries = [
        builders.entry("certificate", digest, {"der_base64": encode_base64(issued.der)}),
        builders.entry("official", "so-2.so_seal", official),
    ]
    return bundle_bytes(**builders.parts_of(builders.a_locked(), register=(*builders.a_register(), *entries, *more)))


def test_seal_by_a_certificate_that_has_expired_is_refused() -> None:
    pki = builders.keys().pki
    made = pki.issue("so-2", "seal", "ES256", builders.AT - YEAR, SEALED_AT - timedelta(minutes=5))
    assert "CERTIFICATE_EXPIRED" in sealed_by(made, with_second_seal(made))


def test_seal_by_a_certificate_that_was_revoked_is_refused() -> None:
    pki = builders.keys().pki
    made = pki.issue("so-2", "seal", "ES256", builders.AT - YEAR, builders.AT + YEAR)
    pki.revoke(made, SEALED_AT - timedelta(minutes=30))
    told = with_second_seal(made, builders.crls(SEALED_AT + timedelta(hours=1)))
    assert "CERTIFICATE_REVOKED" in sealed_by(made, told)


def test_seal_stamped_by_a_stranger_is_not_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time by an authority that the policy does not name is no time; the sealer itself refuses it."""
    honest = an_issuer()
    bundle = builders.good()
    monkeypatch.setattr(stamps, "keys", stamps.stranger)
    with authority() as url, pytest.raises(Unavailable, match="SHEET_SEAL_UNAVAILABLE"):
        replace(honest, sealer=an_issuer("so", url).sealer).issue(bundle, SEALED_AT)


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bytes:
    """Return a sheet that a later hub made, with a layout that this one has not."""
    folder = tmp_path / "layouts"
    shutil.copytree(setting._FOLDER, folder)
    (folder / "sheet-9.typ").write_text((folder / "sheet-1.typ").read_text().replace("21pt", "20pt"))
    with monkeypatch.context() as later, authority() as url:
        later.setattr(setting, "_FOLDER", folder)
        later.setattr(setting, "LAYOUTS", (*setting.LAYOUTS, "sheet-9"))
        later.setattr("hub.print.issuing.set_sheet", lambda bundle, qr: setting.set_sheet(bundle, qr, "sheet-9"))
        return an_issuer("so", url).issue(builders.good(), SEALED_AT)


def test_sheet_of_a_layout_of_tomorrow_is_unknown(tomorrow: bytes) -> None:
    """Seal and evidence hold, but nobody here can say whether it shows them."""
    report = check_sheet(tomorrow, ROOTS)
    assert (codes(report), report.verdict) == ({"SHEET_LAYOUT_NOT_HERE"}, Conclusion.UNKNOWN)


def test_changed_sheet_of_a_layout_of_tomorrow_is_invalid(tomorrow: bytes) -> None:
    """Unknown is for sheets that somebody with the right sealed, not for whatever names a layout."""
    at = tomorrow.index(b"stream\n") + 40
    changed = tomorrow[:at] + bytes([tomorrow[at] ^ 1]) + tomorrow[at + 1 :]
    assert check_sheet(changed, ROOTS).verdict is Conclusion.INVALID
    assert check_sheet(tomorrow + b"\n", ROOTS).verdict is Conclusion.INVALID
    pretended = good_sheet().replace(b">sheet-1<", b">sheet-9<")
    assert check_sheet(pretended, ROOTS).verdict is Conclusion.INVALID


def test_sheet_that_needs_another_compiler_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a change of Typst: never a family's fault."""
    monkeypatch.setattr(checking, "LAYOUTS", ())
    report = check_sheet(good_sheet(), ROOTS)
    assert (codes(report), report.verdict) == ({"SHEET_LAYOUT_NOT_HERE"}, Conclusion.UNKNOWN)
