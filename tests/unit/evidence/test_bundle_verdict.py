"""What `verify_bundle` says of honest files and of lies."""

import json
from datetime import timedelta

import pytest

from hub.errors import Refused
from hub.evidence import Conclusion, Roots, bundle_bytes, verify_bundle
from hub.trust import COSIGNER, leaf_bytes
from tests.unit.evidence.builders import (
    COSIGNED_AT,
    LATER_AT,
    STAMPED_BEFORE,
    a_locked,
    a_register,
    a_status,
    corrected,
    crls,
    edited,
    good,
    keys,
    parts_of,
    placed,
    policy_payload,
    roots,
)
from tests.unit.evidence.lies import lies, put, rebuilt, without_stamp
from tests.unit.trust import timestamp_world as stamps


def test_honest_bundle_is_valid_as_of_the_cosignature() -> None:
    """Every part holds, and the answer says for which time."""
    report = verify_bundle(good(), roots())
    assert (report.verdict, report.findings, report.as_of) == (Conclusion.VALID, (), COSIGNED_AT)
    assert {part for part, end in report.parts.items() if end != "valid"} == {"source"}
    assert report.parts["source"] == "absent"
    assert [one.role for one in report.signatories] == ["homeroom_teacher", "principal", "school_seal"]


def test_honest_bundle_states_when_its_head_was_stamped() -> None:
    """By an authority that belongs to neither Sở nor Bộ; the verdict stays as of Bộ's cosignature."""
    facts = verify_bundle(good(), roots()).facts
    assert facts["stamped_at"] == (COSIGNED_AT - STAMPED_BEFORE).isoformat()


def test_bundle_without_a_time_stamp_is_valid_and_says_so() -> None:
    """Older heads have none, and a Sở need not have an authority; the part is neither valid nor in doubt."""
    report = verify_bundle(edited(good(), without_stamp), roots())
    assert (report.verdict, report.parts["timestamp"]) == (Conclusion.VALID, "absent")
    assert [f.code for f in report.findings] == ["BUNDLE_NOT_STAMPED"]
    assert "stamped_at" not in report.facts


def test_lie_about_the_time_stamp_breaks_no_other_part() -> None:
    """What the authority did not say, Bộ's cosignature may still say."""
    report = verify_bundle(lies()["time-stamp of a stranger"].data, roots())
    broken = {part for part, end in report.parts.items() if end not in ("valid", "absent")}
    assert (report.verdict, broken) == (Conclusion.INVALID, {"timestamp"})
    unvouched = verify_bundle(lies()["time-stamp that nobody vouches for"].data, roots())
    assert (unvouched.verdict, unvouched.parts["timestamp"]) == (Conclusion.UNKNOWN, "unknown")


def test_pinned_time_stamp_root_narrows_the_policy() -> None:
    """Whoever knows the authority's root accepts no other from a Sở's policy."""
    registrar = ("anchor-ha-noi.der", keys().issued["registrar"].der)
    own, foreign = ((f"timestamp-{n}.der", made.root) for n, made in enumerate((stamps.keys(), stamps.stranger())))
    assert verify_bundle(good(), Roots.of([registrar, own])).verdict is Conclusion.VALID
    assert verify_bundle(good(), Roots.of([registrar, own, foreign])).verdict is Conclusion.VALID
    report = verify_bundle(good(), Roots.of([registrar, foreign]))
    assert (report.verdict, report.findings[0].code) == (Conclusion.INVALID, "BUNDLE_ROOT_FOREIGN")


def test_report_names_no_pupil() -> None:
    """Who checks a thousand files can keep the answers without keeping children's names."""
    shown = json.dumps(verify_bundle(good(), roots()).shown(), ensure_ascii=False)
    assert "Nguyễn" not in shown
    assert "000123" not in shown


@pytest.mark.parametrize("name", sorted(lies()))
def test_lie_is_never_valid_and_its_part_tells_it(name: str) -> None:
    """Whoever makes a file can make its digest agree; a signature or a proof still gives the lie away."""
    lie = lies()[name]
    report = verify_bundle(lie.data, roots())
    assert report.verdict not in (Conclusion.VALID, Conclusion.SUPERSEDED)
    assert report.parts[lie.part] != "valid"
    assert report.findings


def test_nobody_is_trusted_without_roots() -> None:
    """All proofs hold, but whose register is it?"""
    report = verify_bundle(good(), Roots())
    assert (report.verdict, [f.code for f in report.findings]) == (Conclusion.UNKNOWN, ["BUNDLE_ROOTS_MISSING"])


@pytest.mark.parametrize(
    "trusted",
    [
        pytest.param(lambda: roots("teacher"), id="somebody else as registrar"),
        pytest.param(lambda: Roots.of([("anchor-nghe-an.der", keys().issued["registrar"].der)]), id="another Sở's"),
        pytest.param(lambda: Roots.of([("root.der", _root_der(0))]), id="no registrar"),
        pytest.param(
            lambda: Roots.of([("a.der", keys().issued["registrar"].der), ("b.der", _root_der(0))]), id="one root of two"
        ),
    ],
)
def test_other_roots_trust_nothing(trusted) -> None:  # type: ignore[no-untyped-def]
    """Neither a stranger's certificate nor that of another Sở's registrar begins the trust in this register."""
    assert verify_bundle(good(), trusted()).verdict in (Conclusion.INVALID, Conclusion.UNKNOWN)


@pytest.mark.parametrize(
    "content", [b"", b"0", b"\x30\x03abc", b"a key\n", b"x+00000000+AAAA\n", b"\xff"], ids=range(6)
)
def test_roots_that_say_nothing_are_refused(content: bytes) -> None:
    """A file without any certificate or key is a mistake of whoever named it."""
    with pytest.raises(Refused) as refused:
        Roots.of([("roots.pem", content)])
    assert refused.value.code == "ROOTS_UNREADABLE"


def test_all_roots_and_log_keys_that_agree_keep_it_valid() -> None:
    """A checker may pin the authorities and the keys of log and witness as well, and still finds it valid."""
    anchor = ("anchor-ha-noi.der", keys().issued["registrar"].der)
    files = [anchor, ("r0.der", _root_der(0)), ("r1.der", _root_der(1))]
    files.append(("keys.txt", "\n".join(one["key"] for one in policy_payload()["log_keys"]).encode()))
    assert verify_bundle(good(), Roots.of(files)).verdict is Conclusion.VALID


def test_log_key_other_than_the_pinned_one_is_refused() -> None:
    """A Sở that writes another witness into its policy does not get past who knows Bộ's key."""
    stranger = type(keys().witness)(COSIGNER, b"\7" * 32)
    report = verify_bundle(good(), _with_keys(stranger.key(4).text))
    assert (report.verdict, report.findings[0].code) == (Conclusion.INVALID, "BUNDLE_KEY_FOREIGN")


def test_bundle_of_a_corrected_transcript_is_superseded() -> None:
    """The later leaf stands in the same file."""
    first = a_locked()
    _, unlock, supersedes = corrected(first)
    register = (*a_register(), crls(LATER_AT))
    report = verify_bundle(bundle_bytes(**parts_of(first, later=(unlock, supersedes), register=register)), roots())
    assert (report.verdict, report.facts["superseded_by"], report.as_of) == (Conclusion.SUPERSEDED, "2", LATER_AT)


def test_status_file_supersedes_an_older_bundle_and_leaves_the_newer_one_valid() -> None:
    """The same status file serves every version of the record."""
    first = a_locked()
    second, unlock, supersedes = corrected(first)
    old = bundle_bytes(**parts_of(first))
    new = bundle_bytes(**parts_of(second, place=supersedes, register=(*a_register(), crls(LATER_AT))))
    status = a_status(placed(leaf_bytes(first.leaf)), unlock, supersedes)
    assert verify_bundle(old, roots()).verdict is Conclusion.VALID
    assert verify_bundle(old, roots(), status).verdict is Conclusion.SUPERSEDED
    newer = verify_bundle(new, roots(), status)
    assert (newer.verdict, newer.facts["status_leaves"]) == (Conclusion.VALID, "0")


def test_unlocked_transcript_is_unknown_when_what_replaced_it_was_left_out() -> None:
    """A lock writes the leaf that unlocks and the one that supersedes at once: one alone was cut from a file."""
    first = a_locked()
    _, unlock, _ = corrected(first)
    report = verify_bundle(bundle_bytes(**parts_of(first)), roots(), a_status(unlock))
    assert (report.verdict, [f.code for f in report.findings]) == (Conclusion.UNKNOWN, ["BUNDLE_UNLOCKED"])


def test_status_file_that_is_forged_supersedes_nothing() -> None:
    """A later leaf counts only with all its proofs."""
    first = a_locked()
    _, unlock, supersedes = corrected(first)
    status = edited(a_status(unlock, supersedes), lambda v: put("head.signature", "x..y")(v["later"][1]))
    report = verify_bundle(bundle_bytes(**parts_of(first)), roots(), status)
    assert (report.verdict, report.parts["later"]) == (Conclusion.INVALID, "invalid")


@pytest.mark.parametrize("status", [b"", b"{}", good()], ids=["empty", "an object", "a bundle"])
def test_status_file_that_is_none_is_told(status: bytes) -> None:
    """It neither passes in silence nor stops the check."""
    report = verify_bundle(good(), roots(), status)
    assert (report.verdict, report.parts["later"]) == (Conclusion.INVALID, "invalid")
    assert report.parts["signatures"] == "valid"


def test_status_file_of_another_so_is_told() -> None:
    """It cannot say anything about this record."""
    status = edited(a_status(), put("so", "nghe-an"))
    assert "BUNDLE_STATUS_FOREIGN" in [f.code for f in verify_bundle(good(), roots(), status).findings]


def test_older_revocation_list_speaks_for_its_time_beside_a_newer_one() -> None:
    """A list that was issued after a certificate's end is silent about it; the one of the time is kept in the file."""
    long_after = crls(LATER_AT + timedelta(days=800))
    assert verify_bundle(rebuilt(register=(*a_register(), long_after)), roots()).verdict is Conclusion.VALID
    without = [one for n, one in enumerate(a_register()) if n != 1]
    assert verify_bundle(rebuilt(register=(*without, long_after)), roots()).verdict is Conclusion.UNKNOWN


def test_signer_revoked_before_the_submission_is_told_by_newer_lists() -> None:
    """The bundle carries the newest lists too: a revocation that was told late still counts from its date."""
    pki, principal = keys().pki, keys().issued["principal"]
    pki.revoke(principal, COSIGNED_AT - timedelta(days=1))
    newer = crls(LATER_AT)
    pki.authorities["person"][1].revoked.clear()
    report = verify_bundle(rebuilt(register=(*a_register(), newer)), roots())
    assert (report.verdict, report.parts["signatures"]) == (Conclusion.INVALID, "invalid")
    assert [f.code for f in report.findings] == ["CERTIFICATE_REVOKED"]


def _root_der(n: int) -> bytes:
    return [root.der for root, _ in keys().pki.authorities.values()][n]


def _with_keys(text: str) -> Roots:
    return Roots.of([("a.der", keys().issued["registrar"].der), ("keys.txt", text.encode())])
