"""Two verifiers in two languages, without a line in common, say the same of honest files and of lies."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from hub.domain.statements.answers import Missing, MissingPupils
from hub.evidence import bundle_bytes, signed, verify_bundle
from hub.trust import canonical, leaf_bytes, verify_timestamp
from tests.unit.evidence.both import Case, agreed, text
from tests.unit.evidence.builders import (
    LATER_AT,
    a_locked,
    a_register,
    a_status,
    accepted,
    corrected,
    crls,
    edited,
    good,
    keys,
    parts_of,
    placed,
    roots,
)
from tests.unit.evidence.lies import lies, without_stamp
from tests.unit.evidence.node import ask, second_verdict
from tests.unit.trust import timestamp_world as stamps
from tests.unit.trust.rsa_timestamps import rsa_token


@pytest.mark.parametrize("beyond", [0, 1, 7])
def test_final_head_of_a_closed_log_proves_whatever_was_locked_before(beyond: int) -> None:
    """Bộ's receipt names an earlier head; both say that the log is closed, and who follows."""
    one = a_locked()
    ended = placed(leaf_bytes(one.leaf), beyond=beyond, ended="nghe-an")
    whole = bundle_bytes(**parts_of(one, place=ended))
    assert agreed([Case(whole)]) == ["valid"]
    facts = verify_bundle(whole, roots()).facts
    assert (facts["closed"], facts["successor"], facts["tree_size"]) == ("true", "nghe-an", str(6 + beyond))
    assert "closed" not in verify_bundle(good(), roots()).facts


def test_both_find_an_honest_bundle_valid() -> None:
    """And unknown as long as nobody is trusted."""
    assert agreed([Case(good()), Case(good(), trusts=False)]) == ["valid", "unknown"]


def test_both_tell_the_same_part_of_every_lie() -> None:
    """More than fifty tampered bundles: not only the verdict, each part of the proof ends alike."""
    verdicts = agreed([Case(lie.data) for lie in lies().values()])
    assert len(verdicts) >= 50
    assert set(verdicts) == {"invalid", "unknown"}


def test_both_find_what_came_later() -> None:
    """In the bundle and in a status file."""
    first = a_locked()
    second, unlock, supersedes = corrected(first)
    register = (*a_register(), crls(LATER_AT))
    both = bundle_bytes(**parts_of(first, later=(unlock, supersedes), register=register))
    old = bundle_bytes(**parts_of(first))
    new = bundle_bytes(**parts_of(second, place=supersedes, register=register))
    whole = a_status(unlock, supersedes)
    cases = [Case(both), Case(old, whole), Case(old, a_status(unlock)), Case(new, whole), Case(old, b"{}")]
    assert agreed(cases) == ["superseded", "superseded", "unknown", "valid", "invalid"]


def test_both_find_a_signer_who_was_revoked() -> None:
    """By the lists that the bundle brings; each verifier reads them with its own code."""
    pki = keys().pki
    pki.revoke(keys().issued["principal"], LATER_AT.replace(day=1))
    newer = crls(LATER_AT)
    pki.authorities["person"][1].revoked.clear()
    assert agreed([Case(bundle_bytes(**parts_of(a_locked(), register=(*a_register(), newer))))]) == ["invalid"]


def test_both_take_what_bo_tells_beside_a_lock() -> None:
    """Pupils that are missing, a lock that came twice: Bộ says so in its receipt, and the leaf is as good."""
    pupils = (MissingPupils(issued_at="2026-06-20T03:00:00Z", positions=(0, 2), roster="0101001.2025-2026.1A"),)
    told: list[dict[str, object]] = [
        {"missing": Missing(pupils=pupils)}, {"missing": Missing(pupils=pupils, pupils_count=300, roster=True)},
        {"missing": Missing(chunks=(1,), leaves=("00" * 32,), leaves_count=4, request=True)}, {"attempt": 2},
    ]  # fmt: skip
    assert agreed([Case(_told(one)) for one in told]) == ["valid"] * len(told)


def test_both_refuse_what_bo_cannot_have_told() -> None:
    """A receipt of another shape is none, though Bộ's seal is on it."""
    told: list[dict[str, object]] = [{"attempt": 1}, {"missing": {"more": 1}}, {"missing": {"pupils": []}}]
    told += [{"missing": {"roster": False}}, {"missing": {"chunks": ["1"]}}, {"missing": {"leaves_count": 0}}]
    assert agreed([Case(_told(one)) for one in told]) == ["invalid"] * len(told)


@pytest.mark.parametrize("year", [1, 9999])
def test_both_refuse_a_receipt_of_the_first_or_last_moment_of_the_calendar(year: int) -> None:
    """No reckoning with it leaves the calendar, and none ends a verifier."""
    one = a_locked()
    at = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC) if year > 1 else datetime(1, 1, 1, tzinfo=UTC)
    receipt = accepted(one.document, at=at)
    text = json.loads(base64.b64decode(receipt.statement))["at"].rjust(20, "0")
    said = canonical(json.loads(base64.b64decode(receipt.statement)) | {"at": text})
    told = signed(said, keys().sign("so", said, role="so_seal", typ="vn.hocba.receipt/1", at=at))
    assert agreed([Case(bundle_bytes(**parts_of(one, receipt=told)))]) == ["invalid"]


def _told(more: dict[str, object]) -> bytes:
    one = a_locked()
    return bundle_bytes(**parts_of(one, place=placed(leaf_bytes(one.leaf), told=more)))


def test_both_say_that_there_is_no_time_stamp() -> None:
    """In an older bundle, and beside a later leaf that has one."""
    first = a_locked()
    _, unlock, supersedes = corrected(first)
    register = (*a_register(), crls(LATER_AT))
    both = bundle_bytes(**parts_of(first, later=(unlock, supersedes), register=register))
    cases = [Case(edited(good(), without_stamp)), Case(edited(both, without_stamp))]
    assert agreed(cases) == ["valid", "superseded"]


def test_both_read_a_token_of_an_authority_with_rsa_and_a_chain() -> None:
    """Authorities that the hub did not make: RSA, an issuing authority between, other attributes beside ours."""
    token, data, root = rsa_token()
    assert verify_timestamp(token, data, roots=[root]).at == stamps.AT
    roots = [text(root.public_bytes(Encoding.DER))]
    question = {"ask": "timestamp", "token": token.hex(), "data": data.hex(), "roots": roots}
    assert ask([question, question | {"data": (data + b" ").hex()}, question | {"roots": []}]) == [True, False, False]


def test_second_verifier_notices_every_flipped_byte_of_a_token() -> None:
    """All positions, another bit at each, as the first verifier's tests do."""
    data, roots = stamps.DATA.hex(), [text(stamps.keys().root)]
    questions = []
    for n in range(len(stamps.a_token())):
        changed = bytearray(stamps.a_token())
        changed[n] ^= 1 << n % 8
        questions.append({"ask": "timestamp", "token": changed.hex(), "data": data, "roots": roots})
    good_one = {"ask": "timestamp", "token": stamps.a_token().hex(), "data": data, "roots": roots}
    assert ask([good_one, *questions]) == [True] + [False] * len(questions)


def test_both_refuse_what_is_no_bundle() -> None:
    """Hostile files give findings in both."""
    files = [b"", b"[]", b'{"a":1,"a":1}', b"{" * 50_000, b"\xff", good()[:-1], good() + b" ", good()[:900]]
    assert set(agreed([Case(file) for file in files])) == {"invalid"}


@pytest.mark.parametrize(("name", "code"), [("honest", 0), ("a better mark", 1), ("no revocation data of the time", 7)])
def test_second_verifier_ends_with_the_exit_codes_of_the_first(tmp_path: Path, name: str, code: int) -> None:
    """Whoever scripts the one can script the other."""
    (tmp_path / "b.json").write_bytes(good() if name == "honest" else lies()[name].data)
    (tmp_path / "r.der").write_bytes(keys().issued["registrar"].der)
    found, shown = second_verdict(tmp_path / "b.json", "--roots", tmp_path / "r.der")
    assert (found, shown["verdict"]) == (code, {0: "valid", 1: "invalid", 7: "unknown"}[code])
