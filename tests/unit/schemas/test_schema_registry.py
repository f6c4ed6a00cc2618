"""The schema files: fixed ids, safe shapes, documented fields, and versions that can read each other."""

import copy
import json
import re
from itertools import combinations

import avro.schema
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

from hub import topics
from hub.errors import Corrupt
from hub.schemas import registry
from hub.schemas.versions import FOLDER, load
from hub.topics import COMMANDS

IDS = {  # what was given out once stays so for ever; a new version adds a line here
    1001: ("Submission", 1), 1002: ("Recall", 1), 1003: ("LockRequest", 1), 1004: ("RegisterEntry", 1),
    1005: ("LockOrder", 1), 1006: ("Receipt", 1), 1007: ("LockedChunk", 1), 1008: ("LockManifest", 1),
    1009: ("Checkpoint", 1), 1010: ("IngestReceipt", 1), 1011: ("Transcript", 1), 1012: ("CorrectionRequest", 1),
    1013: ("CorrectionConfirmation", 1), 1014: ("CorrectionWithdrawal", 1), 1015: ("UnlockRequest", 1),
    1016: ("UnlockDecision", 1), 1017: ("WindowClosed", 1), 1018: ("ConflictDecision", 1),
    1019: ("IdentityCorrection", 1), 1020: ("SoLock", 1), 1021: ("Checkpoint", 2), 1022: ("LockManifest", 2),
    1023: ("Reminder", 1),
    1024: ("IdentityLink", 1), 1025: ("Submission", 2), 1026: ("Transcript", 2), 1029: ("Acceptance", 1),
    1027: ("SlipIssue", 1), 1028: ("Slip", 1), 1030: ("TransferRequest", 1), 1031: ("TransferConsent", 1),
    1032: ("TransferReferral", 1), 1033: ("TransferAnswer", 1), 1034: ("TransferRelease", 1),
    1035: ("TransferAcknowledgement", 1), 1036: ("TransferWithdrawal", 1), 1037: ("TransferDecision", 1),
    1038: ("TransferStep", 1), 1039: ("TransferNotice", 1), 1040: ("TransferDocument", 1), 1041: ("TransferEntry", 1),
}  # fmt: skip
TOPICS = topics.every_topic(["ha-noi"])


def reads(reader, writer):
    """Tell whether data of `writer` is read with `reader`, by the Avro project's own rules."""
    checker = ReaderWriterCompatibilityChecker()
    found = checker.get_compatibility(avro.schema.parse(json.dumps(reader)), avro.schema.parse(json.dumps(writer)))
    return found.compatibility is SchemaCompatibilityType.compatible


def breaches(schemas, compatibility):
    """Return the pairs of versions (oldest first) that break the stated mode, each as (reader, writer) indexes."""
    pairs = list(combinations(range(len(schemas)), 2))
    wanted = [(new, old) for old, new in pairs]
    if compatibility == "FULL_TRANSITIVE":
        wanted += pairs
    return [(reader, writer) for reader, writer in wanted if not reads(schemas[reader], schemas[writer])]


def a_schema(*fields):
    """Make a small record schema from (name, default?) pairs."""
    made = [{"name": name, "type": "string"} | ({"default": ""} if default else {}) for name, default in fields]
    return {"type": "record", "name": "R", "fields": made}


def test_ids_are_those_that_were_given_out():
    """An id means the same message and version for ever."""
    assert {schema.id: (schema.name, schema.version) for schema in registry().by_id.values()} == IDS


def test_every_schema_file_is_registered_once_and_no_other_exists():
    """Registry and folder hold the same files."""
    lines = json.loads((FOLDER / "registry.json").read_text("utf-8"))
    assert sorted(line["file"] for line in lines) == sorted(path.name for path in FOLDER.glob("*.avsc"))


@pytest.mark.parametrize("name", sorted(registry().latest))
def test_versions_of_a_message_keep_their_compatibility(name):
    """Every pair of versions keeps the mode that the registry states; the first version is 1 and none is left out."""
    versions = registry().versions(name)
    assert [one.version for one in versions] == list(range(1, len(versions) + 1))
    assert reads(versions[-1].schema, versions[-1].schema)
    assert breaches([one.schema for one in versions], versions[-1].compatibility) == []
    assert len({one.compatibility for one in versions}) == 1


def test_gate_sees_what_breaks_each_mode():
    """The gate lets a defaulted field in, and catches new, lost and returning fields by mode, over all pairs."""
    first, defaulted = a_schema(("a", False)), a_schema(("a", False), ("b", True))
    demanding, without = a_schema(("a", False), ("b", False)), a_schema(("b", True))
    assert breaches([first, defaulted], "FULL_TRANSITIVE") == []
    assert breaches([first, demanding], "BACKWARD_TRANSITIVE") == [(1, 0)]
    assert breaches([first, without], "BACKWARD_TRANSITIVE") == []
    assert breaches([first, without], "FULL_TRANSITIVE") == [(0, 1)]
    assert breaches([first, defaulted, demanding], "BACKWARD_TRANSITIVE") == [(2, 0)]


def test_commands_and_receipts_are_compatible_both_ways():
    """Schools, Sở and Bộ upgrade at their own pace, so their messages are read by older and newer hubs."""
    outside = {*COMMANDS, "RegisterEntry", "Receipt", "IngestReceipt", "Reminder"}
    assert {s.name for s in registry().by_id.values() if s.compatibility == "FULL_TRANSITIVE"} == outside


def test_subjects_follow_the_topics():
    """A topic of one message has `<topic>-value`, one of several `<topic>-<record>`; none is left out."""
    found = {(schema.name, subject) for schema in registry().latest.values() for subject in schema.subjects(["ha-noi"])}
    wanted = {
        (name, f"{topic.name}-value" if len(topic.messages) == 1 else f"{topic.name}-vn.hocba.{name}")
        for topic in TOPICS
        for name in topic.messages
    }
    assert found == wanted


def records_in(schema):
    """Yield every record of a schema."""
    if isinstance(schema, list):
        for branch in schema:
            yield from records_in(branch)
    elif isinstance(schema, dict):
        if schema["type"] == "record":
            yield schema
            for field in schema["fields"]:
                yield from records_in(field["type"])
        yield from records_in(schema.get("items", []))


@pytest.mark.parametrize("schema", registry().by_id.values(), ids=lambda one: f"{one.name}-{one.version}")
def test_schema_explains_itself(schema):
    """Namespace, a sentence for every record and field, and a stated bound for every list."""
    assert schema.schema["namespace"] == "vn.hocba"
    for record in records_in(schema.schema):
        assert all(re.search(r"[.)]$|\.$", thing["doc"]) for thing in [record, *record["fields"]])
    assert schema.text.count('"array"') == schema.text.count('"itemsMax"')


def test_registry_refuses_damage(tmp_path):
    """A used-twice id, a file under another name, a missing file or a broken line stop the hub."""
    lines = json.loads((FOLDER / "registry.json").read_text("utf-8"))
    for line in lines:
        (tmp_path / line["file"]).write_bytes((FOLDER / line["file"]).read_bytes())
    damaged = [copy.deepcopy(lines) for _ in range(4)]
    damaged[0][1]["id"] = lines[0]["id"]
    damaged[1][0]["message"] = "Recall"
    damaged[2][0]["file"] = "absent.avsc"
    damaged[3][0]["colour"] = "red"
    for wrong in damaged:
        (tmp_path / "registry.json").write_text(json.dumps(wrong))
        with pytest.raises(Corrupt) as corrupt:
            load(tmp_path)
        assert corrupt.value.code == "SCHEMA_UNFIT"
