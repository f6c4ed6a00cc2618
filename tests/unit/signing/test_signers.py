"""Key files, signers in memory, note keys and the development PKI that makes them."""

import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12

from hub.errors import Corrupt, Refused
from hub.local.pki import ORGANISATION, PASSWORD, Pki
from hub.signing import KeySigner, NoteKeySigner, load_pkcs12, load_pkcs12_bytes
from hub.trust import Revocation, Status, TrustPolicy, check_signature, judge_certificate

AT = datetime(2026, 6, 20, tzinfo=UTC)
END = datetime(2027, 6, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki():
    return Pki.create(AT)


@pytest.fixture(scope="module")
def person(pki):
    return pki.issue("Development teacher 0101-003", "person", "ES256", AT, END)


@pytest.fixture(scope="module")
def seal(pki):
    return pki.issue("Development school 010101", "seal", "PS256", AT, END)


def _code(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.code


@pytest.mark.parametrize("who", ["person", "seal"])
def test_signer_from_a_key_file_signs_what_its_certificate_verifies(request, tmp_path, who):
    """Key and certificate travel in one file, and the algorithm follows from the key."""
    issued = request.getfixturevalue(who)
    path = tmp_path / "khoá.p12"
    path.write_bytes(issued.p12())
    signer = load_pkcs12(path, PASSWORD)
    assert (signer.alg, signer.certificate_der, signer.certificate_sha256) == (issued.alg, issued.der, issued.sha256)
    check_signature(signer.alg, issued.key.public_key(), signer.sign(b"data"), b"data")
    assert "PRIVATE" not in repr(signer)


def test_rsa_key_file_signs_legacy_padding_when_asked(seal):
    """RS256 is chosen by the caller, never by default."""
    signer = load_pkcs12_bytes(seal.p12(), PASSWORD, "RS256")
    check_signature("RS256", seal.key.public_key(), signer.sign(b"data"), b"data")
    assert _code(check_signature, "PS256", seal.key.public_key(), signer.sign(b"data"), b"data") == "SIGNATURE_WRONG"
    assert _code(load_pkcs12_bytes, seal.p12(), PASSWORD, "ES256") == "SIGNATURE_ALGORITHM_SWAPPED"


def test_key_file_with_another_password_says_so(person):
    """The clerk learns that it is the password."""
    assert _code(load_pkcs12_bytes, person.p12(), "wrong") == "KEY_FILE_PASSWORD_WRONG"


def test_file_that_is_no_key_file_says_so(tmp_path, person):
    """Another file, a damaged one, a huge one and a missing one each have a code."""
    damaged, huge = tmp_path / "damaged.p12", tmp_path / "huge.p12"
    damaged.write_bytes(person.p12()[:-7])
    huge.write_bytes(bytes(200_000))
    assert _code(load_pkcs12_bytes, b"PK\x03\x04", PASSWORD) == "KEY_FILE_NOT_PKCS12"
    assert _code(load_pkcs12, damaged, PASSWORD) == "KEY_FILE_NOT_PKCS12"
    assert _code(load_pkcs12, huge, PASSWORD) == "KEY_FILE_NOT_PKCS12"
    assert _code(load_pkcs12, tmp_path / "none.p12", PASSWORD) == "KEY_FILE_UNREADABLE"


def test_key_file_without_key_or_with_another_key_is_incomplete(person):
    """A file without its key, and a certificate that belongs to another key, cannot sign."""
    certificate = x509.load_der_x509_certificate(person.der)
    empty = pkcs12.serialize_key_and_certificates(None, None, certificate, None, NoEncryption())
    assert _code(load_pkcs12_bytes, empty, "") == "KEY_FILE_INCOMPLETE"
    assert _code(KeySigner, ec.generate_private_key(ec.SECP256R1()), person.der) == "KEY_FILE_INCOMPLETE"
    assert _code(KeySigner, person.key, b"garbage") == "CERTIFICATE_UNREADABLE"


def test_key_file_with_a_weak_key_is_refused():
    """RSA below 2048 bits and other curves never sign."""
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    assert _code(KeySigner, small, b"") == "CERTIFICATE_KEY_WEAK"
    assert _code(KeySigner, ec.generate_private_key(ec.SECP384R1()), b"") == "CERTIFICATE_KEY_WEAK"


def test_key_file_made_elsewhere_without_name_is_read(person):
    """A friendly name and further certificates do not matter."""
    certificate = x509.load_der_x509_certificate(person.der)
    data = pkcs12.serialize_key_and_certificates(None, person.key, certificate, [certificate],
                                                 BestAvailableEncryption("mật khẩu".encode()))  # fmt: skip
    assert load_pkcs12_bytes(data, "mật khẩu").certificate_sha256 == person.sha256


def test_note_key_signer_is_deterministic_and_checks_its_name():
    """The same seed is the same key; a name with spaces or a short seed is refused."""
    first, second = (NoteKeySigner("so-ha-noi.example/log", bytes(32)) for _ in range(2))
    assert first.sign(b"text") == second.sign(b"text")
    assert first.key().check(first.sign(b"text"), b"text")
    assert not first.key().check(first.sign(b"text"), b"other")
    assert _code(NoteKeySigner, "a name", bytes(32)) == "NOTE_KEY_WRONG"
    assert _code(NoteKeySigner, "name", b"short") == "NOTE_KEY_WRONG"


def test_development_pki_issues_certificates_that_its_own_policy_accepts(pki, person, seal):
    """Both families, both algorithms; every subject says that it is synthetic."""
    policy, lists = TrustPolicy.of(pki.trust_policy_payload()), Revocation.of(pki.crls(AT))
    for issued in (person, seal):
        assert judge_certificate(issued.der, AT, policy, lists).status is Status.VALID
        certificate = x509.load_der_x509_certificate(issued.der)
        assert ORGANISATION in certificate.subject.rfc4514_string()
        assert ORGANISATION in certificate.issuer.rfc4514_string()
    assert len(policy.roots) == len(policy.intermediates) == 2


def test_development_pki_numbers_its_lists_and_revokes_from_a_time_on(pki):
    """Lists carry growing numbers and this/next update; a revoked certificate or authority is refused."""
    victim, bystander = (pki.issue(name, "person", "ES256", AT, END) for name in ("victim", "bystander"))
    policy, hour = TrustPolicy.of(pki.trust_policy_payload()), timedelta(hours=1)
    pki.revoke(victim, AT + hour)
    first, second = pki.crls(AT + 2 * hour), pki.crls(AT + 3 * hour, valid_for=hour)
    numbers = [_number(ders[0]) for ders in (first, second)]
    assert numbers[0] < numbers[1]
    assert x509.load_der_x509_crl(second[0]).next_update_utc == AT + 4 * hour
    lists = Revocation.of(first)
    assert judge_certificate(victim.der, AT + hour, policy, lists).code == "CERTIFICATE_REVOKED"
    assert judge_certificate(victim.der, AT, policy, lists).status is Status.VALID
    pki.revoke_authority("person", AT + 5 * hour)
    later = Revocation.of(pki.crls(AT + 5 * hour))
    assert judge_certificate(bystander.der, AT + 5 * hour, policy, later).code == "CERTIFICATE_REVOKED"
    assert judge_certificate(bystander.der, AT + 4 * hour, policy, later).status is Status.VALID


def _number(der):
    extension = x509.load_der_x509_crl(der).extensions.get_extension_for_class(x509.CRLNumber)
    return extension.value.crl_number


def test_development_pki_is_restored_from_a_private_folder(tmp_path):
    """A saved PKI goes on where it stopped, and nobody else can read its keys."""
    pki = Pki.create(AT)
    early = pki.issue("early", "person", "ES256", AT, END)
    pki.revoke(early, AT)
    folder = tmp_path / "pki"
    pki.save(folder)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())] == [0o700, 0o600]
    restored = Pki.load(folder)
    assert restored.trust_policy_payload() == pki.trust_policy_payload()
    policy, lists = TrustPolicy.of(pki.trust_policy_payload()), Revocation.of(restored.crls(AT))
    assert judge_certificate(early.der, AT, policy, lists).code == "CERTIFICATE_REVOKED"
    late = restored.issue("late", "person", "ES256", AT, END)
    assert judge_certificate(late.der, AT, policy, lists).status is Status.VALID


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"authorities": {"person": []}, "next_serial": 1}'])
def test_development_pki_that_cannot_be_read_stops_loudly(tmp_path, content):
    """A damaged folder is our own broken state."""
    if content is not None:
        (tmp_path / "pki.json").write_text(content)
    with pytest.raises(Corrupt) as corrupt:
        Pki.load(tmp_path)
    assert corrupt.value.code == "PKI_STATE_UNREADABLE"
