"""The oracle's own rules of corrections: the path, who held an office when, and what a new version changes."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.changes import beyond, changed_paths
from hub.audit.corrections import EVENTS, asked_item, ends_in
from hub.audit.offices import Moment, Offices
from hub.domain.difference import covers, differing_paths
from hub.domain.lifecycle import roles_of, transitions

_AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
_DAY = timedelta(days=1)
_KEY = ec.generate_private_key(ec.SECP256R1())
_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CA")])


def test_path_agrees_with_the_transition_table() -> None:
    """Two tables were written from one description: they allow the same steps to the same offices."""
    theirs = {(t.event, t.state, t.next_state) for t in transitions("correction")}
    assert theirs == {(name, before, event.after) for name, event in EVENTS.items() for before in event.before}
    assert {name: roles_of("correction", name) for name in EVENTS} == {n: frozenset(e.roles) for n, e in EVENTS.items()}


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ("request confirm submit approve resubmit relock", "relocked"),
        ("request confirm submit approve resubmit reopen expire", "expired"),
        ("request confirm submit reject", "rejected"),
        ("request withdraw", "withdrawn"),
        ("request submit", None),
        ("confirm", None),
        ("request confirm submit approve relock", None),
        ("request dream", None),
    ],
)
def test_steps_lead_to_a_state_or_nowhere(events: str, state: str | None) -> None:
    """A step that was left out, or that nobody knows, leads nowhere."""
    assert ends_in(events.split()) == state


def test_item_that_was_not_asked_for_is_nothing() -> None:
    """A pupil beyond the request has no base and no fields."""
    said = {"items": [{"fields": ["$.a"]}]}
    assert (asked_item(said, 0), asked_item(said, 1), asked_item(said, -1)) == (said["items"][0], {}, {})


_CODED = st.lists(st.sampled_from("ABCD"), unique=True, max_size=4).flatmap(
    lambda codes: st.tuples(*(st.fixed_dictionaries({"code": st.just(c), "score": st.integers(0, 2)}) for c in codes))
)
_DOCUMENTS = st.fixed_dictionaries(
    {"subjects": _CODED.map(list)},
    optional={
        "remarks": st.sampled_from("xy"), "result": st.fixed_dictionaries({}, optional={"completed": st.booleans()}),
        "supersedes": st.sampled_from("pq"), "reason": st.just("r"), "tags": st.lists(st.integers(0, 1), max_size=2),
    },
)  # fmt: skip


@given(_DOCUMENTS, _DOCUMENTS)
def test_changes_are_covered_by_the_same_fields_as_the_hub_says(one: dict[str, object], two: dict[str, object]) -> None:
    """Two ways to compare documents allow and refuse the same corrections; empty containers may be named otherwise."""
    theirs = differing_paths(msgspec.json.encode(one), msgspec.json.encode(two))
    ours = changed_paths(one, two)
    assert bool(ours) == bool(theirs)
    for fields in (["$.subjects"], ["$.subjects[A]"], ["$.subjects[A].score", "$.remarks"], ["$.result", "$.tags"]):
        assert bool(beyond(fields, ours)) == any(not covers(fields, path) for path in theirs)


def _certificate(serial: int = 7) -> x509.Certificate:
    made = x509.CertificateBuilder().issuer_name(_NAME).subject_name(_NAME).public_key(_KEY.public_key())
    made = made.serial_number(serial).not_valid_before(_AT - 9 * _DAY).not_valid_after(_AT + 9 * _DAY)
    return made.sign(_KEY, SHA256())


def _crl(serial: int, at: datetime) -> str:
    revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
    made = x509.CertificateRevocationListBuilder().issuer_name(_NAME).last_update(_AT - _DAY).next_update(_AT + _DAY)
    made = made.add_revoked_certificate(revoked)
    return base64.b64encode(made.sign(_KEY, SHA256()).public_bytes(Encoding.DER)).decode()


_CERTIFICATE = _certificate().public_bytes(Encoding.DER)
_DIGEST = hashlib.sha256(_CERTIFICATE).digest()


def _entry(
    version: int, kind: str, payload: dict[str, object], since: datetime, until: datetime | None = None
) -> tuple[int, str, str, bytes]:
    said = {"payload": payload, "valid_from": since.isoformat()} | ({"valid_to": until.isoformat()} if until else {})
    return version, kind, "entry", json.dumps(said).encode()


def _official(version: int, person: str, since: datetime, until: datetime | None = None) -> tuple[int, str, str, bytes]:
    payload: dict[str, object] = {
        "certificate_sha256": _DIGEST.hex(), "person": person, "role": "principal", "school": "01",
    }  # fmt: skip
    return _entry(version, "official", payload, since, until)


_REGISTER = (
    _entry(1, "certificate", {"der_base64": base64.b64encode(_CERTIFICATE).decode()}, _AT - 9 * _DAY),
    _official(2, "HT-1", _AT - 5 * _DAY),
    _official(5, "HT-2", _AT + 2 * _DAY, _AT + 4 * _DAY),
)


@pytest.mark.parametrize(
    ("days", "version", "found"),
    [
        (0, 2, {"HT-1"}),
        (-6, 2, set()),
        (0, 1, set()),
        (3, 4, {"HT-1"}),
        (3, 5, {"HT-2"}),
        (4, 5, set()),
        (9.5, 4, set()),
    ],
    ids=["held", "not yet", "not known yet", "successor unknown", "successor", "over", "certificate over"],
)
def test_office_is_held_as_the_register_said_then(days: float, version: int, found: set[str]) -> None:
    """What was published later, begins later or has ended gives no office."""
    moment = Moment(_AT + days * _DAY, version)
    assert Offices(_REGISTER).holders(_DIGEST, "principal", "01", moment) == found


def test_office_is_of_one_role_at_one_school() -> None:
    """Another role, another school and another certificate hold nothing."""
    offices, moment = Offices(_REGISTER), Moment(_AT, 9)
    for digest, role, school in (
        (_DIGEST, "school_seal", "01"),
        (_DIGEST, "principal", "02"),
        (b"x", "principal", "01"),
    ):
        assert offices.holders(digest, role, school, moment) == set()


def test_revoked_certificate_holds_nothing_from_its_revocation_on() -> None:
    """Nothing before it, nothing of another certificate, and only once the list was published."""
    payload: dict[str, object] = {"crls": [_crl(7, _AT), _crl(8, _AT - _DAY)]}
    offices = Offices([*_REGISTER[:2], _entry(3, "revocation", payload, _AT - _DAY)])
    held = [
        offices.holders(_DIGEST, "principal", "01", Moment(_AT + d * _DAY, v)) for d, v in ((0, 3), (-1, 3), (0, 2))
    ]
    assert held == [set(), {"HT-1"}, {"HT-1"}]
