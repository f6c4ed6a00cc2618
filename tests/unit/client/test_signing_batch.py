"""Signing a batch: the order of the chain is kept, each signature binds the one before, interruptions are completed."""

import hashlib
from pathlib import Path

import pytest

from hub.client import missing_roles, roles_of, sign_batch
from hub.errors import Refused
from tests.unit.client.builders import CHAIN, ISSUED_S, a_batch, header_of, sign_all, signer


def test_chain_is_signed_in_order_and_bound(tmp_path: Path) -> None:
    """Teacher, principal and seal; each names the hash of the one before and the document's own scope."""
    batch = sign_all(a_batch(tmp_path))
    assert missing_roles(batch) == {}
    for document in batch.documents:
        chain = batch.signatures(document.document_sha256)
        heads = [header_of(compact) for compact in chain]
        assert tuple(head["hb_role"] for head in heads) == CHAIN == roles_of(chain)
        before = [[], *([hashlib.sha256(c.encode()).hexdigest()] for c in chain[:-1])]
        assert [head["hb_prev"] for head in heads] == before
        assert {head["hb_scope"]["period"] for head in heads} == {"year"}


def test_subject_teachers_sign_first_and_the_homeroom_teacher_follows_all(tmp_path: Path) -> None:
    """Two subject teachers follow nobody; the homeroom teacher names both."""
    batch = a_batch(tmp_path)
    for name in ("one", "two"):
        sign_batch(batch, "subject_teacher", signer(name), ISSUED_S)
    sign_all(batch)
    heads = [header_of(compact) for compact in batch.signatures(batch.documents[0].document_sha256)]
    assert [len(head["hb_prev"]) for head in heads] == [0, 0, 2, 1, 1]


@pytest.mark.parametrize("alg", ["ES256", "PS256"])
def test_algorithm_follows_the_key(tmp_path: Path, alg: str) -> None:
    """An RSA key signs PS256, a P-256 key ES256."""
    batch = a_batch(tmp_path)
    sign_batch(batch, "homeroom_teacher", signer(f"by {alg}", alg), ISSUED_S)
    assert header_of(batch.signatures(batch.documents[0].document_sha256)[0])["alg"] == alg


@pytest.mark.parametrize(
    ("before", "role", "code"),
    [
        ((), "principal", "SIGNING_PREDECESSOR_MISSING"),
        (("homeroom_teacher",), "school_seal", "SIGNING_PREDECESSOR_MISSING"),
        (("homeroom_teacher",), "subject_teacher", "SIGNING_TOO_LATE"),
        (("homeroom_teacher",), "homeroom_teacher", "SIGNING_ROLE_SIGNED"),
        (CHAIN, "principal", "SIGNING_ROLE_SIGNED"),
    ],
)
def test_wrong_order_is_refused_and_nothing_is_signed(
    tmp_path: Path, before: tuple[str, ...], role: str, code: str
) -> None:
    """A refusal leaves every document with the signatures that it had."""
    batch = sign_all(a_batch(tmp_path), before)
    with pytest.raises(Refused) as refused:
        sign_batch(batch, role, signer(role), ISSUED_S)
    assert refused.value.code == code
    assert {roles_of(batch.signatures(d.document_sha256)) for d in batch.documents} == {before}


def test_interrupted_signing_is_completed(tmp_path: Path) -> None:
    """Running again signs what is left, once each."""
    batch = a_batch(tmp_path)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sign_batch(batch, "homeroom_teacher", signer(), ISSUED_S, stop)
    assert sign_batch(batch, "homeroom_teacher", signer(), ISSUED_S) == len(batch.documents) - 1
    assert missing_roles(batch) == {"principal": 3, "school_seal": 3}


def test_more_signatures_than_a_chain_may_have_are_refused(tmp_path: Path) -> None:
    """A dozen is the limit."""
    batch = a_batch(tmp_path)
    for n in range(12):
        sign_batch(batch, "subject_teacher", signer(f"teacher {n}"), ISSUED_S)
    with pytest.raises(Refused) as refused:
        sign_batch(batch, "homeroom_teacher", signer(), ISSUED_S)
    assert refused.value.code == "CHAIN_TOO_LONG"
