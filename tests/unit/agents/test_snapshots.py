"""The register as a stage uses it: read again for what snapshots hold, and not for rosters."""

from datetime import UTC, datetime
from typing import Any

from hub.agents.snapshots import Snapshots
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection

_SQL = queries_of("common")
_SINCE = datetime(2025, 9, 1, tzinfo=UTC)
_POLICY = {"completeness": "refuse", "decision": "QĐ-7/SGDĐT"}


def a_register(versions: list[tuple[int, int, int]]) -> FakeConnection:
    """A register of which each look sees (newest version, newest but for rosters, count but for rosters)."""
    looks = iter(versions)

    def answer(sql: str, _: Any) -> Answer:
        if sql == _SQL["snapshot_versions"]:
            return Answer([("ha-noi", *next(looks))])
        return Answer([("lock_policy", "lock-policy", _SINCE, None, _POLICY, 1)])

    return FakeConnection(answer)


def test_rosters_move_the_version_that_receipts_name_and_read_nothing_again() -> None:
    """Seventy thousand entries come in one by one; each batch between them must cost a look and no more."""
    connection, snapshots = a_register([(1, 1, 1), (70, 1, 1), (71, 1, 1)]), Snapshots()
    seen = [snapshots.of(connection, "ha-noi") for _ in range(3)]
    assert [snapshot.version for snapshot in seen] == [1, 70, 71]
    assert connection.names().count(_SQL["register_entries"]) == 1
    assert {snapshot.lock_policy(_SINCE).completeness for snapshot in seen} == {"refuse"}


def test_any_other_entry_is_read_at_once_also_one_that_comes_late() -> None:
    """A parked one has a lower version than the newest."""
    connection, snapshots = a_register([(9, 9, 1), (9, 9, 2), (10, 10, 3)]), Snapshots()
    for _ in range(3):
        snapshots.of(connection, "ha-noi")
    assert connection.names().count(_SQL["register_entries"]) == 3


def test_stage_that_looked_a_moment_ago_takes_what_another_has_read_since() -> None:
    """Stages of one process share what they know; none of them throws away what is newer than its own look."""
    connection, snapshots = a_register([(9, 9, 2), (8, 8, 1), (9, 9, 2)]), Snapshots()
    assert {snapshots.of(connection, "ha-noi").version for _ in range(3)} == {9}
    assert connection.names().count(_SQL["register_entries"]) == 1


def test_new_officials_are_read_alone_and_stand_beside_what_was_known() -> None:
    """Thousands come one after the other: the register is not read whole for each batch of them."""
    looks = iter([(1, 1, 1), (2, 2, 2), (3, 3, 3), (5, 5, 4)])
    official = {"certificate_sha256": "00" * 32, "role": "principal", "person": "GV-1", "school": "010101"}

    def answer(sql: str, values: Any) -> Answer:
        if sql == _SQL["snapshot_versions"]:
            return Answer([("ha-noi", *next(looks))])
        if sql == _SQL["register_entries_since"]:
            return Answer([("official", f"office-{values[1]}", _SINCE, None, official, values[1] + 1)])
        return Answer([("lock_policy", "lock-policy", _SINCE, None, _POLICY, 1)])

    connection, snapshots = FakeConnection(answer), Snapshots()
    seen = [snapshots.of(connection, "ha-noi") for _ in range(4)]
    assert [len(s.official_of_certificate(bytes(32), _SINCE)) for s in seen] == [0, 1, 2, 3]
    assert [s.version for s in seen] == [1, 2, 3, 5]
    assert connection.names().count(_SQL["register_entries"]) == 1
