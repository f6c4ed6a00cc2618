"""The register by time: who and what holds when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trust_world import AT, OTHER_SCHOOL, SCHOOL, YEAR_START, a_certificate, an_entry, an_office

from hub.errors import Refused
from hub.signing import NoteKeySigner
from hub.trust import COSIGNATURE, Snapshot, TrustPolicy, check_entry

JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
A_SCHOOL = {"code": SCHOOL, "name": "Tiểu học Mẫu", "province": "01", "grades": [1, 5], "so": "ha-noi"}


def test_school_is_found_from_its_first_instant_until_before_its_last():
    """Entries hold from `valid_from` until before `valid_to`."""
    snapshot = Snapshot.of([an_entry("school", SCHOOL, A_SCHOOL, valid_from=JUNE, valid_to=JULY)])
    found = [snapshot.school(SCHOOL, at) for at in (YEAR_START, JUNE, AT, JULY)]
    assert [school is not None for school in found] == [False, True, True, False]
    assert (found[1].grades, found[1].so, found[1].closed_on) == ((1, 5), "ha-noi", None)
    assert snapshot.school(OTHER_SCHOOL, AT) is None


def test_newer_version_of_an_entry_replaces_the_older_whatever_the_order():
    """A correction counts from the beginning of the snapshot that has it."""
    old = an_entry("school", SCHOOL, A_SCHOOL, version=1)
    new = an_entry("school", SCHOOL, A_SCHOOL | {"closed_on": "2026-06-30"}, version=7)
    for entries in ([old, new], [new, old]):
        snapshot = Snapshot.of(entries)
        assert snapshot.school(SCHOOL, AT).closed_on == date(2026, 6, 30)
        assert snapshot.version == 7
    assert Snapshot.of([old]).school(SCHOOL, AT).closed_on is None


def test_newer_version_leaves_the_time_before_it_begins_to_the_older(world):
    """A principal whose office changes in July is principal in June; whoever is named from July is not."""
    now, then = (world.issued[name] for name in ("principal", "teacher"))
    office = an_office("head", now, "principal", SCHOOL, "GV-0101-001", valid_to=datetime(2027, 1, 1, tzinfo=UTC))
    changed = an_office("head", then, "principal", SCHOOL, "GV-0101-003", valid_from=JULY, version=2)
    for entries in ([office, changed], [changed, office]):
        snapshot = Snapshot.of(entries)
        held = [[len(snapshot.official_of_certificate(c.sha256, at)) for c in (now, then)] for at in (AT, JULY)]
        assert held == [[1, 0], [0, 1]]


def test_newest_version_that_has_begun_counts_even_when_it_has_ended():
    """An end that a newer version sets is an end: the older one, which had none, does not come back."""
    old = an_entry("school", SCHOOL, A_SCHOOL, version=1)
    ended = an_entry("school", SCHOOL, A_SCHOOL, valid_from=JUNE, valid_to=AT, version=2)
    renamed = an_entry("school", SCHOOL, A_SCHOOL | {"name": "Tên mới"}, valid_from=JULY, version=3)
    snapshot = Snapshot.of([renamed, ended, old])
    found = [snapshot.school(SCHOOL, at) for at in (YEAR_START, JUNE, AT, JULY)]
    assert [None if school is None else school.name for school in found] == ["Tiểu học Mẫu"] * 2 + [None, "Tên mới"]


_MOMENTS = st.integers(0, 9)
_VERSIONS = st.lists(st.tuples(_MOMENTS, st.none() | _MOMENTS), min_size=1, max_size=6)


@given(_VERSIONS, _MOMENTS, st.randoms(use_true_random=False))
def test_entry_in_force_is_the_newest_version_that_has_begun(spans, at, order):
    """Whatever the versions say and in whatever order they come, one rule tells which counts."""

    def moment(n):
        return YEAR_START + timedelta(days=n)

    entries = [
        an_entry("school", SCHOOL, A_SCHOOL | {"name": str(n)}, valid_from=moment(start),
                 valid_to=None if end is None else moment(end), version=n)
        for n, (start, end) in enumerate(spans)
    ]  # fmt: skip
    begun = max((entry for entry in entries if entry.valid_from <= moment(at)), key=lambda e: e.version, default=None)
    expected = None if begun is None or not begun.holds(moment(at)) else begun.payload["name"]
    order.shuffle(entries)
    found = Snapshot.of(entries).school(SCHOOL, moment(at))
    assert (None if found is None else found.name) == expected


def test_official_holds_every_role_of_the_time(world):
    """A teacher who acts as principal in June holds both roles in June only."""
    teacher = world.issued["teacher"]
    acting = an_office("acting", teacher, "principal", SCHOOL, "GV-0101-003", valid_from=JUNE, valid_to=JULY)
    snapshot = world.with_(acting).snapshot()
    roles = [{h.role for h in snapshot.official_of_certificate(teacher.sha256, at)} for at in (YEAR_START, AT, JULY)]
    assert roles == [{"homeroom_teacher"}, {"homeroom_teacher", "principal"}, {"homeroom_teacher"}]
    assert snapshot.official_of_certificate(bytes(32), AT) == ()


def test_trust_policy_of_the_time_is_the_newest_in_force(world):
    """A policy that begins later does not reach back."""
    payload = world.pki.trust_policy_payload(same_person_exceptions=[SCHOOL])
    later = an_entry("trust_policy", "later", payload, valid_from=JULY, version=2)
    snapshot = world.with_(later).snapshot()
    assert snapshot.policy(AT).same_person_exceptions == frozenset()
    assert snapshot.policy(JULY).same_person_exceptions == {SCHOOL}
    assert snapshot.policy(datetime(2020, 1, 1, tzinfo=UTC)) is None


def test_policy_digest_tells_policies_apart(world):
    """Equal payloads are one policy, any difference is another."""
    first, second = (world.pki.trust_policy_payload(registrars=[bytes([n]) * 32]) for n in (1, 2))
    assert TrustPolicy.of(first).digest == TrustPolicy.of(dict(first)).digest != TrustPolicy.of(second).digest


def test_trust_policy_lists_the_note_keys_of_an_origin(world):
    """A log and its cosigner are known by their verifier keys, each under its origin."""
    log, bo = NoteKeySigner("so-ha-noi/2025", bytes(32)), NoteKeySigner("bo", bytes([1]) * 32)
    listed = [(log.name, log.key().text), (bo.name, bo.key(COSIGNATURE).text)]
    policy = TrustPolicy.of(world.pki.trust_policy_payload(log_keys=listed))
    assert policy.note_keys("so-ha-noi/2025") == (log.key(),)
    assert policy.note_keys("bo") == (bo.key(COSIGNATURE),)
    assert policy.note_keys("so-nghe-an/2025") == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"roots": []},
        {"roots": ["AAAA"]},
        {"roots": ["*"]},
        {"algorithms": [{"alg": "HS256"}]},
        {"algorithms": [{"alg": "ES256", "until": "30/6/2027"}]},
        {"algorithms": [{"alg": "ES256", "until": "2027-02-30"}]},
        {"registrars": ["xyz"]},
        {"log_keys": [{"origin": "x"}]},
        {"log_keys": [{"origin": "x", "key": "x+00000000+AAAA"}]},
        {"unknown": 1},
    ],
)
def test_trust_policy_of_another_shape_is_refused(world, changes):
    """A policy is read whole or not at all, also as a register entry."""
    payload = world.pki.trust_policy_payload() | changes
    with pytest.raises(Refused) as refused:
        TrustPolicy.of(payload)
    assert refused.value.code == "TRUST_POLICY_WRONG"
    with pytest.raises(Refused) as refused:
        check_entry(an_entry("trust_policy", "policy", payload))
    assert refused.value.code == "REGISTER_ENTRY_WRONG"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("school", {"code": SCHOOL}),
        ("school", A_SCHOOL | {"closed_on": "tomorrow"}),
        ("official", {"certificate_sha256": "xx", "role": "principal", "person": "1"}),
        ("official", {"certificate_sha256": "00" * 32, "role": "principal"}),
        ("certificate", {"der_base64": "AAAA"}),
        ("certificate", {}),
        ("revocation", {"crls": ["AAAA"]}),
        ("wish", {}),
    ],
)
def test_register_entry_that_cannot_be_used_is_refused_with_its_kind(kind, payload):
    """A broken entry is named when it comes in, not when a school submits."""
    with pytest.raises(Refused) as refused:
        check_entry(an_entry(kind, "e-1", payload))
    assert (refused.value.code, refused.value.facts["kind"]) == ("REGISTER_ENTRY_WRONG", kind)


def test_honest_entries_are_accepted_one_by_one(world):
    """Every entry of the world stands by itself."""
    for entry in world.entries:
        check_entry(entry)
    assert world.snapshot().certificate(world.issued["seal"].sha256) == world.issued["seal"].der
    assert a_certificate(world.issued["seal"]) in world.entries


_PLACES = st.sampled_from(["010101", "010202", "010303"])


def _school_entry(code, version):
    return an_entry("school", code, A_SCHOOL | {"code": code}, version=version)


def _official_entry(number, version):
    held = {"role": "principal", "person": f"GV-{number}", "school": SCHOOL}
    payload = held | {"certificate_sha256": f"{number % 3:064x}"}
    return an_entry("official", f"office-{number}", payload, version=version)


_MADE = st.one_of(
    _PLACES.map(lambda code: lambda version: _school_entry(code, version)),
    st.integers(0, 9).map(lambda number: lambda version: _official_entry(number, version)),
)


@given(st.lists(_MADE, max_size=8), st.integers(0, 8))
def test_register_that_grew_says_what_one_made_anew_says(makers, split):
    """What is new stands beside the rest; a second version of anything is never taken for new."""
    entries = [make(version) for version, make in enumerate(makers, start=1)]
    before, after = entries[:split], entries[split:]
    first, whole = Snapshot.of(before), Snapshot.of(entries)
    grown = first.grown(after)
    ids = [(entry.kind, entry.entry_id) for entry in entries]
    assert (grown is None) == (len(set(ids[split:])) < len(after) or not set(ids[:split]).isdisjoint(ids[split:]))
    if grown is not None:
        assert _told(grown) == _told(whole)
    assert _told(first) == _told(Snapshot.of(before))


def _told(snapshot):
    schools = [snapshot.school(code, AT) for code in ("010101", "010202", "010303")]
    holdings = [snapshot.official_of_certificate(bytes.fromhex(f"{n:064x}"), AT) for n in range(3)]
    return snapshot.version, schools, holdings


def test_register_grows_by_certificates_and_by_nothing_that_changes_the_rest(world):
    """A policy, or a revocation list, is read with all others."""
    issued = world.issued["teacher"]
    grown = Snapshot.of([]).grown([a_certificate(issued)])
    assert grown.certificate(issued.sha256) == issued.der
    policy = an_entry("lock_policy", "lock-policy", {"completeness": "refuse", "decision": "QĐ-7/SGDĐT"})
    assert Snapshot.of([]).grown([policy]) is None
    assert Snapshot.of([_school_entry(SCHOOL, 5)]).grown([_official_entry(1, 4)]) is None, "it came late"
