"""The strict shape of one signature."""

import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trust_world import AT, DOCUMENT, SCOPE, TYP

from hub.errors import Refused
from hub.trust import CRITICAL, base64url, canonical, hash_of, read, sign, verify

ALPHABET = string.ascii_letters + string.digits + "-_"


def _code(compact):
    with pytest.raises(Refused) as refused:
        read(compact)
    return refused.value.code


@pytest.fixture(scope="module")
def compact(shared_world):
    return shared_world.sign_as("teacher", "homeroom_teacher")


@pytest.fixture(scope="module")
def header(compact):
    return msgspec.json.decode(base64url.decode(compact.split(".")[0]))


def _compact_of(header, **changes):
    kept = {name: value for name, value in (header | changes).items() if value is not None}
    return f"{base64url.encode(canonical(kept))}..AAAA"


def test_signature_reads_back_what_was_signed(shared_world, compact):
    """The header says exactly what the signer was asked to say, in canonical bytes."""
    parsed = read(compact)
    assert parsed.header.crit == CRITICAL
    assert (parsed.header.hb_scope, parsed.header.typ, parsed.header.hb_prev) == (SCOPE, TYP, ())
    assert (parsed.header.iat, parsed.header.b64) == (int(AT.timestamp()) - 60, False)
    assert parsed.certificate_sha256 == shared_world.issued["teacher"].sha256
    raw = base64url.decode(compact.split(".")[0])
    assert canonical(msgspec.json.decode(raw)) == raw


def test_es256_signature_is_the_same_on_every_replay(shared_world, compact):
    """Deterministic nonces (RFC 6979): the same bytes, the same signature."""
    assert shared_world.sign_as("teacher", "homeroom_teacher") == compact
    assert shared_world.sign_as("teacher", "homeroom_teacher", payload=b"{}") != compact


def test_signature_binds_the_text_of_the_ones_it_follows(shared_world, compact):
    """`hb_prev` holds the hashes of the compact strings in order."""
    follower = read(shared_world.sign_as("principal", "principal", [compact, "x"]))
    assert follower.header.hb_prev == (hash_of(compact).hex(), hash_of("x").hex())


def test_every_flipped_letter_of_a_signature_is_refused(shared_world, compact):
    """No letter of the compact string is free: each other spelling is unreadable or does not verify."""
    key = shared_world.issued["teacher"].key.public_key()
    for index, letter in enumerate(compact):
        changed = compact[:index] + ("A" if letter != "A" else "B") + compact[index + 1 :]
        with pytest.raises(Refused):
            verify(read(changed), DOCUMENT, key)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda c: c.replace("..", "."), "SIGNATURE_MALFORMED"),
        (lambda c: c + ".", "SIGNATURE_MALFORMED"),
        (lambda c: c.replace("..", ".e30."), "SIGNATURE_ATTACHED"),
        (lambda c: c + "=", "SIGNATURE_PADDED"),
        (lambda c: c.replace("..", "=.."), "SIGNATURE_PADDED"),
        (lambda c: c + "\n", "SIGNATURE_BASE64"),
        (lambda c: " " + c, "SIGNATURE_BASE64"),
        (lambda c: c + "é", "SIGNATURE_BASE64"),
        (lambda c: "." + c.split(".")[0] + ".", "SIGNATURE_ATTACHED"),
        (lambda c: "..", "SIGNATURE_HEADER_WRONG"),
        (lambda c: "", "SIGNATURE_MALFORMED"),
        (lambda c: c + "A" * 5000, "SIGNATURE_MALFORMED"),
    ],
)
def test_compact_string_of_another_shape_is_refused(compact, change, code):
    """Two dots, an empty middle, strict base64url: nothing else is a signature."""
    assert _code(change(compact)) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alg": "none"}, "SIGNATURE_ALGORITHM_NONE"),
        ({"alg": "nOnE"}, "SIGNATURE_ALGORITHM_NONE"),
        ({"alg": "HS256"}, "SIGNATURE_ALGORITHM_UNKNOWN"),
        ({"alg": "none", "extra": "1"}, "SIGNATURE_ALGORITHM_NONE"),
        ({"alg": 5}, "SIGNATURE_HEADER_WRONG"),
        ({"alg": None}, "SIGNATURE_HEADER_WRONG"),
        ({"b64": True}, "SIGNATURE_HEADER_WRONG"),
        ({"b64": None}, "SIGNATURE_HEADER_WRONG"),
        ({"crit": None}, "SIGNATURE_HEADER_WRONG"),
        ({"crit": []}, "SIGNATURE_CRIT_WRONG"),
        ({"crit": ["b64", "hb_prev", "hb_scope", "hb_role"]}, "SIGNATURE_CRIT_WRONG"),
        ({"crit": [*CRITICAL, "exp"]}, "SIGNATURE_CRIT_WRONG"),
        ({"crit": [*CRITICAL, "exp"], "exp": 1}, "SIGNATURE_CRIT_WRONG"),
        ({"kid": "1"}, "SIGNATURE_HEADER_WRONG"),
        ({"jwk": {"kty": "EC"}}, "SIGNATURE_HEADER_WRONG"),
        ({"hb_prev": "x"}, "SIGNATURE_HEADER_WRONG"),
        ({"hb_scope": {"school": 1}}, "SIGNATURE_HEADER_WRONG"),
        ({"iat": -1}, "SIGNATURE_HEADER_WRONG"),
        ({"iat": 2**40}, "SIGNATURE_HEADER_WRONG"),
        ({"iat": "1"}, "SIGNATURE_HEADER_WRONG"),
        ({"x5t#S256": "AAAA"}, "SIGNATURE_HEADER_WRONG"),
        ({"x5t#S256": "A" * 43 + "="}, "SIGNATURE_PADDED"),
    ],
)
def test_header_of_another_shape_is_refused(header, changes, code):
    """The header is closed: every stray, missing or mistyped member has a code."""
    assert _code(_compact_of(header, **changes)) == code


@pytest.mark.parametrize(
    "spelling",
    [
        lambda raw: raw.replace(b":", b": ", 1),
        lambda raw: b'{"b64":false,' + raw[1:],
        lambda raw: raw.replace(b"homeroom", b"\\u0068omeroom"),
        lambda raw: raw + b"\n",
    ],
)
def test_header_in_another_spelling_is_refused(header, spelling):
    """The same header in other bytes would be another hash for the same signature."""
    raw = spelling(canonical(header))
    assert _code(f"{base64url.encode(raw)}..AAAA") == "SIGNATURE_HEADER_NOT_CANONICAL"


def test_header_nested_beyond_reason_is_refused():
    """A deep header is a refusal, not a crash."""
    assert _code(f"{base64url.encode(b'[' * 2500)}..AAAA") == "SIGNATURE_HEADER_WRONG"


def test_attached_algorithm_of_another_key_is_refused(shared_world):
    """PS256 in the header and a P-256 key never meet in a check."""

    class _Liar:
        alg = "PS256"
        certificate_sha256 = shared_world.issued["teacher"].sha256

        def sign(self, data):
            return shared_world.issued["teacher"].signer.sign(data)

    lie = sign(_Liar(), DOCUMENT, role="homeroom_teacher", scope=SCOPE, typ=TYP, iat=1)
    with pytest.raises(Refused) as refused:
        verify(read(lie), DOCUMENT, shared_world.issued["teacher"].key.public_key())
    assert refused.value.code == "SIGNATURE_ALGORITHM_SWAPPED"


@given(st.binary(max_size=80))
def test_base64url_reads_back_what_it_wrote(data):
    """Writing and reading agree, and no padding is written."""
    text = base64url.encode(data)
    assert base64url.decode(text) == data
    assert "=" not in text


@given(st.text(ALPHABET + "+/=. \n\x00ê", max_size=12))
def test_base64url_text_that_reads_is_the_only_text_of_its_bytes(text):
    """Strict: no two texts have the same bytes."""
    try:
        data = base64url.decode(text)
    except Refused as refused:
        code, data = refused.code, None
    if data is None:
        assert code in {"SIGNATURE_PADDED", "SIGNATURE_BASE64"}
    else:
        assert base64url.encode(data) == text


def test_base64url_with_trailing_bits_is_refused():
    """`QQ` is "A"; `QR` to `Qf` would decode to the same byte."""
    assert base64url.decode("QQ") == b"A"
    for letter in "RSTUVWXYZabcdef":
        with pytest.raises(Refused) as refused:
            base64url.decode("Q" + letter)
        assert refused.value.code == "SIGNATURE_BASE64"


@pytest.mark.parametrize("text", ["chữ", "\ud800"])
def test_hash_of_a_text_outside_ascii_is_refused(text):
    """A signature is ASCII; anything else is malformed."""
    with pytest.raises(Refused) as refused:
        hash_of(text)
    assert refused.value.code == "SIGNATURE_MALFORMED"
