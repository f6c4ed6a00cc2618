"""Commands, receipts and register entries: one signature by somebody who may speak."""

from datetime import timedelta

import pytest
from trust_world import (
    AT,
    COMMAND_SCOPE,
    OTHER_SCHOOL,
    SCHOOL,
    YEAR_END,
    YEAR_START,
    a_certificate,
    an_entry,
    an_office,
)

from hub.trust import COMMAND_AGE_MAX, hash_of

NOW = int(AT.timestamp())
RECALL = {"typ": "vn.hocba.recall/1", "scope": COMMAND_SCOPE, "payload": b"{}"}
RECEIPT = {"typ": "vn.hocba.receipt/1", "scope": {"owner": "so-ha-noi"}, "payload": b"{}"}


def _receipt(**changes):
    return {"typ": RECEIPT["typ"], "scope": RECEIPT["scope"], "roles": {"so_seal"}} | changes


def test_command_is_valid_when_a_registered_principal_signed_it(world):
    """The principal or the seal of the school may command."""
    assert world.statement_codes(world.sign_as("principal", "principal", **RECALL)) == []
    assert world.statement_codes(world.sign_as("seal", "school_seal", **RECALL)) == []


def test_command_is_refused_when_nobody_registered_signed_it(world):
    """A genuine certificate without an office commands nothing."""
    stranger = world.pki.issue("nobody", "person", "ES256", YEAR_START, YEAR_END)
    signature = world.sign_as(stranger, "principal", **RECALL)
    assert world.with_(a_certificate(stranger)).statement_codes(signature) == ["SIGNER_UNKNOWN"]


def test_command_is_refused_when_a_teacher_signed_it(world):
    """The role decides who may command."""
    signature = world.sign_as("teacher", "homeroom_teacher", **RECALL)
    assert world.statement_codes(signature) == ["SIGNER_ROLE_NOT_ALLOWED"]


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("round", "2025-2026/supplementary/1", "SIGNATURE_SCOPE_ROUND"),
        ("school_year", "2024-2025", "SIGNATURE_SCOPE_YEAR"),
        ("school", OTHER_SCHOOL, "SIGNATURE_SCOPE_SCHOOL"),
    ],
)
def test_command_is_refused_when_it_was_signed_for_another_round_year_or_school(world, member, value, code):
    """A command does not travel to another round."""
    signature = world.sign_as("principal", "principal", **(RECALL | {"scope": COMMAND_SCOPE | {member: value}}))
    assert world.statement_codes(signature) == [code]


def test_command_is_refused_when_it_writes_for_another_school(world):
    """A principal who signs honestly for another school is still the principal of his own."""
    scope = COMMAND_SCOPE | {"school": OTHER_SCHOOL}
    signature = world.sign_as("principal", "principal", **(RECALL | {"scope": scope}))
    assert world.statement_codes(signature, scope=scope) == ["SIGNER_SCHOOL_WRONG"]


def test_command_is_refused_when_its_bytes_changed(world):
    """The signature is over the statement."""
    signature = world.sign_as("principal", "principal", **RECALL)
    assert world.statement_codes(signature, statement=b"{ }") == ["SIGNATURE_WRONG"]


def test_command_is_refused_when_its_signature_follows_another(world):
    """A command has one signature, and it follows none."""
    first = world.sign_as("teacher", "homeroom_teacher")
    assert len(hash_of(first)) == 32
    assert world.statement_codes(world.sign_as("principal", "principal", [first], **RECALL)) == ["CHAIN_LINK_BROKEN"]


def test_command_is_refused_when_its_signature_is_no_signature(world):
    """Whatever text stands there, the answer is a code."""
    assert world.statement_codes("ký tên") == ["SIGNATURE_MALFORMED"]


def test_command_is_refused_when_its_signer_has_left_whatever_time_it_claims(world):
    """An office is held when the command arrives: an earlier date in the signature does not bring it back."""
    left = world.with_(
        an_office("principal", world.issued["principal"], "principal", SCHOOL, "GV-0101-001",
                  valid_to=AT - timedelta(hours=3), version=2),
    )  # fmt: skip
    for hours in (0, 2, 4):
        signature = left.sign_as("principal", "principal", **(RECALL | {"iat": NOW - hours * 3600}))
        assert left.statement_codes(signature) == ["SIGNER_ROLE_NOT_HELD"]


def test_command_is_valid_when_its_signer_took_office_before_it_arrived(world):
    """Who commands is who holds the office when the command arrives."""
    new = world.with_(
        an_office("new", world.issued["principal"], "principal", SCHOOL, "GV-0101-001",
                  valid_from=AT - timedelta(hours=3)),
        without=["principal"],
    )  # fmt: skip
    signature = new.sign_as("principal", "principal", **(RECALL | {"iat": NOW - 4 * 3600}))
    assert new.statement_codes(signature) == []


def test_command_is_refused_when_it_was_signed_more_than_a_day_before(world):
    """The bound is that of a trusted door: append within 24 hours. A receipt has no such bound."""
    day_s = int(COMMAND_AGE_MAX.total_seconds())
    for age_s, codes in ((day_s, []), (day_s + 1, ["COMMAND_TOO_OLD"])):
        signature = world.sign_as("principal", "principal", **(RECALL | {"iat": NOW - age_s}))
        assert world.statement_codes(signature) == codes
    old = world.sign_as("so", "so_seal", **(RECEIPT | {"iat": NOW - 30 * day_s}))
    assert world.statement_codes(old, **_receipt()) == []


def test_receipt_is_valid_by_the_seal_of_its_so_only(world):
    """Sở answers for itself; a school's seal and another Sở's receipt do not pass."""
    assert world.statement_codes(world.sign_as("so", "so_seal", **RECEIPT), **_receipt()) == []
    by_school = world.sign_as("seal", "so_seal", **RECEIPT)
    assert world.statement_codes(by_school, **_receipt()) == ["SIGNER_OWNER_WRONG", "SIGNER_ROLE_WRONG"]
    other = {"owner": "so-nghe-an"}
    elsewhere = world.sign_as("so", "so_seal", **(RECEIPT | {"scope": other}))
    assert world.statement_codes(elsewhere, **_receipt(scope=other)) == ["SIGNER_OWNER_WRONG"]
    assert world.statement_codes(elsewhere, **_receipt()) == ["SIGNATURE_SCOPE_OWNER"]


def test_register_entry_is_valid_only_by_a_registrar_whom_the_policy_names(world):
    """The right to register stands in the trust policy, not in the register."""
    fields = RECEIPT | {"typ": "vn.hocba.register-entry/1"}
    judged = _receipt(typ=fields["typ"], roles={"registrar"})
    assert world.statement_codes(world.sign_as("officer", "registrar", **fields), **judged) == []
    assert world.statement_codes(world.sign_as("so", "registrar", **fields), **judged) == ["SIGNER_UNKNOWN"]


def test_statement_is_pending_when_status_is_unknown(world):
    """An outdated list is told, and nothing else."""
    payload = world.pki.revocation_payload(AT - timedelta(days=40))
    changed = world.with_(an_entry("revocation", "old", payload), without=["crls"])
    assert changed.statement_codes(world.sign_as("principal", "principal", **RECALL)) == ["CERTIFICATE_STATUS_UNKNOWN"]


def test_step_of_a_transfer_is_a_command_of_now_about_that_transfer(world):
    """Who has left takes no step, an old signature is none, and it does not travel to another transfer."""
    step = {"typ": "vn.hocba.transfer-answer/1", "scope": {"school": SCHOOL, "transfer": "ab" * 32}, "payload": b"{}"}
    named = {"typ": step["typ"], "scope": step["scope"]}
    signature = world.sign_as("principal", "principal", **step)
    assert world.statement_codes(signature, **named) == []
    elsewhere = named | {"scope": {"school": SCHOOL, "transfer": "cd" * 32}}
    assert world.statement_codes(signature, **elsewhere) == ["SIGNATURE_SCOPE_WRONG"]
    old = world.sign_as("principal", "principal", **(step | {"iat": NOW - int(COMMAND_AGE_MAX.total_seconds()) - 1}))
    assert world.statement_codes(old, **named) == ["COMMAND_TOO_OLD"]
    left = world.with_(
        an_office("principal", world.issued["principal"], "principal", SCHOOL, "GV-0101-001",
                  valid_to=AT - timedelta(hours=3), version=2),
    )  # fmt: skip
    assert left.statement_codes(left.sign_as("principal", "principal", **step), **named) == ["SIGNER_ROLE_NOT_HELD"]
