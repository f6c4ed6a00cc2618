"""The register: whose entries count, and what is refused before any reader meets it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.register import _Known, register_stage
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Record
from hub.client.records import register_sending
from hub.domain.statements import RegisterEntry, encode
from hub.errors import Refused
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.store.queries import queries_of
from hub.trust import Snapshot, encode_base64, sign
from tests.unit.agents.world import AT, SO, FakeConnection, record_of
from tests.unit.trust.trust_world import World, a_certificate, an_entry

SCHOOL_PAYLOAD = {"code": "010199", "name": "New school", "province": "01", "grades": [1, 5], "so": SO}


def a_statement(kind: str = "school", entry_id: str = "010199", **changes: Any) -> RegisterEntry:
    made = RegisterEntry(
        entry_id=entry_id, issued_at="2026-06-19T03:00:00Z", kind=kind, payload=SCHOOL_PAYLOAD, so=SO,  # type: ignore[arg-type]
        type="vn.hocba.register-entry/1", valid_from="2026-06-19T03:00:00Z",
    )  # fmt: skip
    return with_fields(made, **changes)


def a_record(
    world: World, statement: RegisterEntry, who: str = "officer", so: str = SO, role: str = "registrar"
) -> Record:
    data = encode(statement)
    signature = sign(
        world.issued[who].signer,
        data,
        role=role,
        scope={"owner": f"so-{so}"},
        typ=statement.type,
        iat=int(AT.timestamp()),
    )
    return record_of(register_sending(statement, data, signature))


def prepare(record: Record, snapshot: Snapshot | None, anchor: bytes | None = None) -> Any:
    stage = register_stage((SO,), {} if anchor is None else {SO: anchor}, Snapshots())
    return stage.prepare(record, {} if snapshot is None else {SO: snapshot})


def code_of(record: Record, snapshot: Snapshot | None, anchor: bytes | None = None) -> str:
    with pytest.raises(Refused) as refused:
        prepare(record, snapshot, anchor)
    return refused.value.code


def test_entry_of_a_registrar_whom_the_policy_names_counts(world: World) -> None:
    """The officer of Hà Nội stands in the trust policy."""
    assert prepare(a_record(world, a_statement()), world.snapshot()).statement == a_statement()


def test_entry_of_anyone_else_is_refused(world: World) -> None:
    """A principal, and a seal of Sở itself, are no registrars."""
    for who in ("principal", "so"):
        assert code_of(a_record(world, a_statement(), who), world.snapshot()) == "REGISTRAR_UNKNOWN"
    assert (
        code_of(a_record(world, a_statement(), "officer", role="so_officer"), world.snapshot()) == "REGISTRAR_UNKNOWN"
    )


def test_anchor_counts_while_there_is_no_policy(world: World) -> None:
    """Trust starts with a certificate that was handed over by hand."""
    record = a_record(world, a_statement(), "teacher")
    anchor = world.issued["teacher"].der
    assert prepare(record, None, anchor).statement == a_statement()
    assert code_of(record, None, world.issued["seal"].der) == "REGISTRAR_UNKNOWN"
    assert code_of(record, None) == "REGISTRAR_UNKNOWN"


def test_anchor_counts_no_more_when_a_policy_does_not_name_it(world: World) -> None:
    """A policy ends what was only a beginning; one that names the anchor lets it go on."""
    teacher, officer = world.issued["teacher"], world.issued["officer"]
    assert code_of(a_record(world, a_statement(), "teacher"), world.snapshot(), teacher.der) == "REGISTRAR_UNKNOWN"
    unregistered = world.with_(without=[officer.sha256.hex()]).snapshot()
    assert prepare(a_record(world, a_statement()), unregistered, officer.der).statement == a_statement()


def test_entry_is_refused_when_message_key_and_statement_disagree(world: World) -> None:
    """Compaction goes by the key, so it must be kind and id of the statement."""
    record = a_record(world, a_statement())
    for key in (b"school/010198", b"official/010199", b"", None, b"\xff"):
        assert code_of(replace(record, key=key), world.snapshot()) == "ENVELOPE_DISAGREES"
    value = decode(record.value, ("RegisterEntry",)).value
    for change in ({"so": "nghe-an"}, {"kind": "official"}, {"entry_id": "010198"}):
        other = replace(record, value=encode_message("RegisterEntry", value | change))
        assert code_of(other, world.snapshot()) == "ENVELOPE_DISAGREES"


def test_entry_for_another_so_is_refused(world: World) -> None:
    """Neither its statement nor its signature may speak for another register."""
    record = a_record(world, a_statement(so="nghe-an"))
    value = decode(record.value, ("RegisterEntry",)).value
    disguised = encode_message("RegisterEntry", value | {"so": SO})
    topic = "hocba.so-ha-noi.register.v1"
    assert code_of(replace(record, topic=topic, value=disguised), world.snapshot()) == "ENVELOPE_DISAGREES"
    assert code_of(a_record(world, a_statement(), so="nghe-an"), world.snapshot()) == "REGISTRAR_UNKNOWN"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("school", {"code": "010199"}),
        ("school", SCHOOL_PAYLOAD | {"grades": ["one", "five"]}),
        ("school", SCHOOL_PAYLOAD | {"closed_on": "soon"}),
        ("official", {"role": "principal"}),
        ("official", {"role": "principal", "person": "GV-1", "certificate_sha256": "xyz"}),
        ("certificate", {"der_base64": "***"}),
        ("school", SCHOOL_PAYLOAD | {"level_group": "06"}),
        ("school", SCHOOL_PAYLOAD | {"unknown": 1}),
        ("trust_policy", {"roots": []}),
        ("revocation", {"crls": [encode_base64(b"no list")]}),
    ],
)
def test_entry_that_cannot_be_used_is_refused(world: World, kind: str, payload: dict[str, Any]) -> None:
    """Here, and not by every reader of the register afterwards."""
    record = a_record(world, a_statement(kind, payload=payload))
    assert code_of(record, world.snapshot()) == "REGISTER_ENTRY_WRONG"


@pytest.mark.parametrize("dates", [{"valid_from": "2026-02-31T00:00:00Z"}, {"valid_to": "2026-01-01T25:00:00Z"}])
def test_entry_with_an_impossible_date_is_refused(world: World, dates: dict[str, str]) -> None:
    """A registrar's slip is an answer, not a reason to stop."""
    assert code_of(a_record(world, a_statement(**dates)), world.snapshot()) == "STATEMENT_INVALID"


def test_entry_with_a_text_that_the_database_cannot_hold_is_refused(world: World) -> None:
    """A zero byte in any text."""
    record = a_record(world, a_statement(payload=SCHOOL_PAYLOAD | {"name": "a\0b"}))
    assert code_of(record, world.snapshot()) == "STATEMENT_INVALID"


def test_entry_is_written_under_its_place_in_the_topic(world: World) -> None:
    """The offset gives the version, so a later entry of the same id is the newer one."""
    stage, connection = register_stage((SO,), {}, Snapshots()), FakeConnection()
    entry = stage.prepare(replace(a_record(world, a_statement()), offset=41), {SO: world.snapshot()})
    effect, _ = stage.decide(entry, _Known())
    assert stage.write(connection, [effect]) == [()]  # type: ignore[arg-type]
    ((sql, row),) = connection.calls
    assert sql == queries_of("common")["add_entry"]
    assert row[:4] == (SO, 42, "school", "010199")


def test_entry_that_is_older_than_the_one_that_stands_is_refused(world: World) -> None:
    """An old signature does not bring an old register back; the same entry again does no harm."""
    stage = register_stage((SO,), {}, Snapshots())
    entry = stage.prepare(a_record(world, a_statement()), {SO: world.snapshot()})
    _, known = stage.decide(entry, _Known())
    assert stage.decide(entry, known)[0] == entry
    with pytest.raises(Refused) as refused:
        stage.decide(entry, _Known({key: at + timedelta(seconds=1) for key, at in known.issued.items()}))
    assert refused.value.code == "REGISTER_ENTRY_OLD"


def test_newer_version_of_an_entry_replaces_the_older_one_in_a_snapshot(world: World) -> None:
    """Whatever the order in which they are read."""
    old, new = a_certificate(world.issued["teacher"]), an_entry("school", "x", SCHOOL_PAYLOAD | {"name": "Old"})
    newer = replace(new, version=2, payload=SCHOOL_PAYLOAD | {"name": "Renamed"})
    for entries in ([old, new, newer], [newer, new, old]):
        school = Snapshot.of(entries).school("010199", AT)
        assert school is not None
        assert (school.name, Snapshot.of(entries).version) == ("Renamed", 2)


def test_closing_of_another_so_is_refused(world: World) -> None:
    """Each registrar closes the log of their own Sở alone."""
    with pytest.raises(Refused) as refused:
        _close(world, so="nghe-an", entry_id="nghe-an")
    assert refused.value.code == "LOG_CLOSING_WRONG"


def test_closing_that_is_in_force_changes_no_more(world: World) -> None:
    """Whether it was registered long ago or came in the same batch; in the same words it does no harm."""
    _, known = _close(world)
    before = world.with_(an_entry("log_closing", SO, _CLOSING, valid_from=AT)).snapshot()
    for snapshot, known_before in ((world.snapshot(), known), (before, _Known())):
        _close(world, snapshot, known_before)
        with pytest.raises(Refused) as refused:
            _close(world, snapshot, known_before, successor="vinh-long")
        assert refused.value.code == "LOG_CLOSING_FINAL"


def test_closing_that_is_not_in_force_yet_is_put_off(world: World) -> None:
    """Nothing rests on it."""
    _, known = _close(world, valid_from="2099-01-01T00:00:00Z")
    entry, _ = _close(world, known=known, successor="vinh-long")
    assert entry.statement.payload["successor"] == "vinh-long"


_CLOSING = {"decision": "QĐ-202", "so": SO, "successor": "nghe-an"}


def _close(
    world: World, snapshot: Snapshot | None = None, known: Any = None, entry_id: str = SO, valid_from: str = "",
    **changes: str,
) -> Any:  # fmt: skip
    stage = register_stage((SO,), {}, Snapshots())
    since = valid_from or f"{AT:%Y-%m-%dT%H:%M:%SZ}"
    statement = a_statement("log_closing", entry_id, payload=_CLOSING | changes, valid_from=since)
    entry = stage.prepare(a_record(world, statement), {SO: snapshot or world.snapshot()})
    return stage.decide(entry, known or _Known())
