"""Leaves, notes, checkpoints and cosignatures."""

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.organisations import DEPARTMENTS
from hub.errors import Refused
from hub.signing import NoteKeySigner
from hub.trust import (
    COSIGNATURE,
    Checkpoint,
    NoteKey,
    canonical,
    cosign,
    envelope_sha256,
    leaf_bytes,
    leaf_hash,
    leaf_of,
    log_origin,
    manifest_root,
    parse,
    parse_leaf,
    root,
    salt_of,
    sign,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)

KEY = bytes(range(32))


class _Anyone:
    """Signs readably and worthlessly: a leaf looks at headers alone."""

    alg, certificate_sha256 = "ES256", bytes(32)

    def sign(self, data):
        return hashlib.sha512(data).digest()


A, B = (sign(_Anyone(), b"", role=role, scope={}, typ="t", iat=1) for role in ("homeroom_teacher", "principal"))
ORIGIN = "so-ha-noi.hocba.example/2025-2026"
LOG, OTHER_LOG = NoteKeySigner(ORIGIN, bytes([1]) * 32), NoteKeySigner(ORIGIN, bytes([2]) * 32)
BO = NoteKeySigner("bo.hocba.example/cosigner", bytes([3]) * 32)
HEAD = Checkpoint(ORIGIN, 7, hashlib.sha256(b"root").digest())


def a_leaf(**changes):
    fields = {
        "action": "LOCK", "document": b'{"a":1}', "signatures": [A, B], "salt_key": KEY,
        "pupil": "001317000001", "year": "2025-2026", "period": "year", "version": 1, "locator": "HN7K2M4P9QX",
        "effective_on": "2026-06-30",
    }  # fmt: skip
    return leaf_of(**(fields | changes))


def _code(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.code


def test_leaf_is_canonical_and_reads_back():
    """The bytes that the tree hashes are canonical JSON of exactly the leaf's members."""
    leaf = a_leaf(previous_leaf=bytes(32))
    data = leaf_bytes(leaf)
    assert parse_leaf(data) == leaf
    assert canonical(parse(data)) == data
    assert leaf.hash == leaf_hash(data) == hashlib.sha256(b"\x00" + data).digest()
    assert "previous_leaf" not in parse(leaf_bytes(a_leaf()))


def test_leaf_binds_document_signatures_and_a_salt_that_a_replay_repeats():
    """Same document and key, same leaf; another signature or key, another leaf."""
    digest = hashlib.sha256(b'{"a":1}').digest()
    leaf = a_leaf()
    assert leaf.document_sha256 == digest.hex()
    assert leaf.envelope_sha256 == hashlib.sha256(f"{A}\n{B}".encode()).hexdigest() == envelope_sha256([A, B]).hex()
    assert leaf.salt == hmac.new(KEY, b"salt" + digest, "sha256").hexdigest() == salt_of(KEY, digest).hex()
    assert a_leaf() == leaf
    assert len({leaf.hash, a_leaf(salt_key=KEY[::-1]).hash, a_leaf(signatures=[A]).hash}) == 3


@pytest.mark.parametrize(
    "changes", [{"version": 0}, {"year": "2025"}, {"effective_on": "2026-06-30\n"}, {"action": "ERASE"}, {"pupil": ""},
                {"salt_key": b"short"}]
)  # fmt: skip
def test_leaf_of_another_shape_is_refused(changes):
    """A leaf that could not be read is not built."""
    assert _code(lambda: a_leaf(**changes)) == "LEAF_WRONG"


@pytest.mark.parametrize("change", [lambda d: d + b"\n", lambda d: d.replace(b":", b": ", 1), lambda d: d[:-1],
                                    lambda d: d.replace(b'"action"', b'"actiom"'), lambda d: b"[" * 2000,
                                    lambda d: d + b" " * 3000, lambda d: b"\xff"])  # fmt: skip
def test_leaf_bytes_in_another_spelling_are_refused(change):
    """One leaf, one byte string."""
    assert _code(parse_leaf, change(leaf_bytes(a_leaf()))) == "LEAF_WRONG"


@given(st.permutations([hashlib.sha256(bytes([n])).digest() for n in range(9)]))
def test_manifest_root_does_not_depend_on_the_order_of_the_leaves(hashes):
    """Leaves of a manifest stand in ascending order of their hashes."""
    assert manifest_root(hashes) == root(sorted(hashes))


def test_checkpoint_text_is_the_c2sp_form():
    """Origin, size and base64 root, one line each."""
    assert HEAD.text.decode() == f"{ORIGIN}\n7\n{base64.b64encode(HEAD.root).decode()}\n"
    assert Checkpoint.of(HEAD.text) == HEAD


@given(
    st.integers(0, 2**64 - 1),
    st.binary(min_size=32, max_size=32),
    st.none() | st.sampled_from([one.slug for one in DEPARTMENTS]),
)
def test_checkpoint_reads_back_for_every_size(size, digest, successor):
    """Sizes run up to 2^64 − 1; a log is open, or any Sở follows it."""
    head = Checkpoint(ORIGIN, size, digest, successor)
    assert Checkpoint.of(head.text) == head


def test_final_checkpoint_has_one_extension_line_more():
    """Log and cosigner sign it with the rest: a cosignature over the same tree, still open, is another one."""
    final = replace(HEAD, successor="dong-thap")
    assert final.text == HEAD.text + b"closed dong-thap\n"
    assert verify_checkpoint(sign_checkpoint(final, LOG), [LOG.key()]) == final
    line, key = cosign(HEAD, BO, 1_782_800_000), BO.key(COSIGNATURE)
    assert _code(verify_cosignature, final, line, key) == "CHECKPOINT_SIGNATURE_WRONG"
    assert verify_cosignature(final, cosign(final, BO, 1_782_800_000), key) == 1_782_800_000


@pytest.mark.parametrize(
    "line",
    [b"closed", b"closed ", b"closed Dong-Thap", b"closed dong thap", b"closed  dong-thap", b"closed dong-thap ",
     b"Closed dong-thap", b"closed dong-thap\nclosed dong-thap", b"closed dong-thap\nmore", b"\nclosed dong-thap",
     b"more\nclosed dong-thap", b"closed d", b"closed " + b"d" * 31, b"closed dong-thap-", b"closed 82",
     "closed đồng-tháp".encode(), b"closed dong-thap\r"],
)  # fmt: skip
def test_checkpoint_with_any_other_extension_is_refused(line):
    """Who does not know what a line means must not take the head for one that it knows."""
    assert _code(Checkpoint.of, HEAD.text + line + b"\n") == "CHECKPOINT_WRONG"


def test_log_does_not_follow_itself():
    """A closed log ends."""
    origin = log_origin("dong-thap")
    assert _code(lambda: Checkpoint(origin, 7, HEAD.root, "dong-thap")) == "CHECKPOINT_WRONG"
    assert Checkpoint(origin, 7, HEAD.root, "tien-giang").successor == "tien-giang"


@pytest.mark.parametrize(
    "text",
    [b"", b"o\n1\n", b"o\n01\n{}\n", b"o\n-1\n{}\n", b"o\n+1\n{}\n", b"o\n1 \n{}\n", b"\n1\n{}\n", b"a b\n1\n{}\n",
     b"a+b\n1\n{}\n", b"o\n1\n{}", b"o\n1\n{}\nextension\n", b"o\n1\nAAAA\n", b"o\n18446744073709551616\n{}\n",
     "o\n١\n{}\n".encode(), b"o\n1\n{}\n\n", b"\xff\n1\n{}\n"],
)  # fmt: skip
def test_checkpoint_text_of_another_form_is_refused(text):
    """No leading zero, no sign, no foreign digit, no further line."""
    assert _code(Checkpoint.of, text.replace(b"{}", base64.b64encode(HEAD.root))) == "CHECKPOINT_WRONG"


def test_checkpoint_verifies_by_its_log_key_only():
    """A key of the origin signed these bytes; lines by strangers are ignored, a wrong line by a known key is not."""
    note = sign_checkpoint(HEAD, LOG)
    assert verify_checkpoint(note, [LOG.key()]) == HEAD
    stranger = sign_checkpoint(HEAD, OTHER_LOG).splitlines(keepends=True)[-1]
    assert verify_checkpoint(note + stranger, [LOG.key()]) == HEAD
    assert _code(verify_checkpoint, note, [OTHER_LOG.key()]) == "CHECKPOINT_SIGNER_UNKNOWN"
    assert _code(verify_checkpoint, note, [LOG.key(COSIGNATURE)]) == "CHECKPOINT_SIGNER_UNKNOWN"
    forged = note.replace(b"\n7\n", b"\n8\n")
    assert _code(verify_checkpoint, forged, [LOG.key()]) == "CHECKPOINT_SIGNATURE_WRONG"


def test_checkpoint_is_refused_when_one_of_two_signatures_by_known_keys_is_wrong():
    """A good line does not cover a bad one by a key that we know."""
    second = sign_checkpoint(HEAD, OTHER_LOG).splitlines(keepends=True)[-1]
    wrong = sign_checkpoint(Checkpoint(ORIGIN, 8, HEAD.root), OTHER_LOG).splitlines(keepends=True)[-1]
    note, keys = sign_checkpoint(HEAD, LOG), [LOG.key(), OTHER_LOG.key()]
    assert verify_checkpoint(note + second, keys) == HEAD
    assert _code(verify_checkpoint, note + wrong, keys) == "CHECKPOINT_SIGNATURE_WRONG"


def test_checkpoint_by_the_key_of_another_origin_is_refused():
    """One log never speaks for another."""
    other = NoteKeySigner("so-nghe-an.hocba.example/2025-2026", bytes([4]) * 32)
    note = sign_checkpoint(HEAD, other)
    assert _code(verify_checkpoint, note, [other.key()]) == "CHECKPOINT_SIGNER_UNKNOWN"


@pytest.mark.parametrize("change", [lambda n: n[:-1], lambda n: n.replace(b"\n\n", b"\n"), lambda n: n + b"x\n",
                                    lambda n: n.replace("—".encode(), b"-"), lambda n: n.replace(b"\n7", b"\r\n7"),
                                    lambda n: b"", lambda n: b"\xff" + n, lambda n: n + b"y" * 70_000,
                                    lambda n: n + n.splitlines(keepends=True)[-1] * 64])  # fmt: skip
def test_note_of_another_form_is_refused(change):
    """Text, blank line, signature lines, nothing after; bounded."""
    assert _code(verify_checkpoint, change(sign_checkpoint(HEAD, LOG)), [LOG.key()]) == "NOTE_WRONG"


def test_cosignature_says_its_time_and_verifies_for_this_head_only():
    """A cosignature binds time, origin, size and root."""
    line = cosign(HEAD, BO, 1_782_800_000)
    key = BO.key(COSIGNATURE)
    assert line.startswith("— bo.hocba.example/cosigner ")
    assert verify_cosignature(HEAD, line, key) == 1_782_800_000
    other = Checkpoint(ORIGIN, 8, HEAD.root)
    assert _code(verify_cosignature, other, line, key) == "CHECKPOINT_SIGNATURE_WRONG"
    assert _code(verify_cosignature, HEAD, line, LOG.key(COSIGNATURE)) == "CHECKPOINT_SIGNER_UNKNOWN"
    assert _code(verify_cosignature, HEAD, line, BO.key()) == "CHECKPOINT_SIGNER_UNKNOWN"
    assert _code(verify_cosignature, HEAD, "no line", key) == "NOTE_WRONG"
    note = sign_checkpoint(HEAD, LOG) + line.encode()
    assert verify_checkpoint(note, [LOG.key()]) == HEAD


def test_cosigned_bytes_are_those_of_the_published_form():
    """Header line, time line, checkpoint text; key id over type 4; big-endian time before the signature."""
    data = base64.b64decode(cosign(HEAD, BO, 1679315147).split(" ")[2])
    expected_id = hashlib.sha256(b"bo.hocba.example/cosigner\n\x04" + BO.public_key).digest()[:4]
    assert (data[:4], int.from_bytes(data[4:12])) == (expected_id, 1679315147)
    assert BO.key().check(data[12:], b"cosignature/v1\ntime 1679315147\n" + HEAD.text)


def test_published_checkpoint_example_reads_as_published():
    """The example of the C2SP text: its lines parse and write back byte for byte."""
    note = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE"
        "+xeMcTOAYQ8=\n"
    ).encode()  # fmt: skip
    assert _code(verify_checkpoint, note, [LOG.key()]) == "CHECKPOINT_SIGNER_UNKNOWN"
    assert Checkpoint.of(note.split(b"\n\n")[0] + b"\n").size == 20852163


def test_verifier_key_reads_back_and_must_agree_with_its_id():
    """The text form of a note key carries its own check."""
    text = LOG.key().text
    assert NoteKey.of(text) == LOG.key()
    name, key_id, encoded = text.split("+", 2)
    for broken in (f"{name}+00000000+{encoded}", f"{name}+{key_id}", "", f"{name}+{key_id}+AAAA", f"x {text}"):
        assert _code(NoteKey.of, broken) == "NOTE_KEY_WRONG"
