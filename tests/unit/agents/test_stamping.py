"""Stamping: which heads get a time-stamp, and who is called when none is to be had."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog

from hub.agents.snapshots import Snapshots
from hub.agents.stamping import SEALING_ALARM_S, Stamper
from hub.config import Settings
from hub.errors import Unavailable
from hub.metrics import SEALING_OVERDUE, STAMP_FAILURES
from hub.store.queries import queries_of
from hub.trust import Entry
from tests.unit.agents.world import AT, SO, Answer, FakeConnection
from tests.unit.trust.timestamp_world import keys as authority_keys
from tests.unit.trust.timestamp_world import policy_changes, root_of
from tests.unit.trust.trust_world import World, an_entry

_COMMON = queries_of("common")
TEXT = b"so-ha-noi.hocba/log\n1\nAAAA\n"
OUTAGE = Unavailable("TIMESTAMP_UNAVAILABLE", {"reason": "timeout"})


class Authority:
    """Stands in for the client: gives its answers one after another, and remembers what it was asked."""

    def __init__(self, *answers: bytes | Unavailable) -> None:
        self.answers: Iterator[bytes | Unavailable] = iter(answers)
        self.asked: list[tuple[bytes, Any, Any]] = []

    def ask(self, data: bytes, *, roots: Any, policy: str | None = None) -> bytes:
        self.asked.append((data, roots, policy))
        answer = next(self.answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer


def a_database(world: World, **changes: Any) -> FakeConnection:
    """Return a database whose register has one policy, with these changes."""
    payload = world.pki.trust_policy_payload() | changes
    policy = an_entry("trust_policy", "policy", payload)
    row = tuple(getattr(policy, name) for name in Entry.__match_args__)

    def script(sql: str, _: Any) -> Answer:
        if sql == _COMMON["snapshot_versions"]:
            return Answer([(SO, 1, 1, 1)])
        return Answer([row]) if sql == _COMMON["register_entries"] else Answer()

    return FakeConnection(script)


def stamper(client: Authority | None, alarm_s: float = SEALING_ALARM_S) -> Stamper:
    return Stamper(SO, client, Snapshots(), alarm_s)  # type: ignore[arg-type]


def overdue() -> float:
    return float(SEALING_OVERDUE.labels(SO)._value.get())


def test_head_is_stamped_by_the_authority_of_the_policy(world: World) -> None:
    """Text, roots and policy come from where they must; the token comes back."""
    client = Authority(b"token")
    connection = a_database(world, **policy_changes(timestamp_policy="1.2.3"))
    assert stamper(client).stamp(connection, TEXT, AT, 1.0) == b"token"
    assert client.asked == [(TEXT, (root_of(authority_keys()),), "1.2.3")]


@pytest.mark.parametrize(("changes", "has_client"), [({}, True), (policy_changes(), False), ({}, False)])
def test_head_goes_without_where_nobody_could_judge_or_give_one(
    world: World, changes: dict[str, Any], has_client: bool
) -> None:
    """No root in the policy, or no authority set: sealing works as it did before time-stamps."""
    client = Authority() if has_client else None
    assert stamper(client).stamp(a_database(world, **changes), TEXT, AT, 1.0) == b""
    assert client is None or client.asked == []


def test_head_waits_when_the_policy_demands_and_no_authority_is_set(world: World) -> None:
    """Bộ would refuse it; whoever forgot the setting is told its name."""
    connection = a_database(world, **policy_changes(timestamp_required=True))
    with pytest.raises(Unavailable) as waits:
        stamper(None).stamp(connection, TEXT, AT, 1.0)
    assert waits.value.facts == {"reason": "HUB_TIMESTAMP_URL"}


def test_setting_and_worker_agree_on_the_limit() -> None:
    """Ten minutes, said twice because settings know nothing of agents."""
    assert Settings(_env_file=None).sealing_alarm_s == SEALING_ALARM_S == 600  # type: ignore[call-arg]


def test_policy_counts_that_is_in_force(world: World) -> None:
    """A policy of tomorrow asks for nothing today."""
    connection = a_database(world, **policy_changes())
    client = Authority(b"token")
    assert stamper(client).stamp(connection, TEXT, AT - timedelta(days=3650), 1.0) == b""
    assert client.asked == []


def test_alarm_comes_after_the_limit_once_and_again_after_as_long(world: World) -> None:
    """A log line with its code and a gauge; silence before the limit, and no line for each try."""
    connection = a_database(world, **policy_changes())
    client = Authority(*[OUTAGE] * 6, b"token", OUTAGE)
    chosen = stamper(client, 60.0)
    before = STAMP_FAILURES.labels(SO)._value.get()
    with structlog.testing.capture_logs() as lines:
        for age_s, told in ((5, 0), (59, 0), (61, 1), (70, 1), (120, 1), (122, 2)):
            with pytest.raises(Unavailable):
                chosen.stamp(connection, TEXT, AT, float(age_s))
            assert (len(lines), overdue()) == (told, float(told > 0)), age_s
        assert chosen.stamp(connection, TEXT, AT, 130.0) == b"token"
        assert overdue() == 0
        with pytest.raises(Unavailable):
            chosen.stamp(connection, TEXT, AT, 61.0)
    assert len(lines) == 3
    assert lines[0] == {
        "event": "sealing_overdue", "log_level": "critical", "so": SO, "code": "SEALING_OVERDUE", "age_s": "61",
        "limit_s": "60",
    }  # fmt: skip
    assert STAMP_FAILURES.labels(SO)._value.get() - before == 7


def test_replay_waits_for_the_register_before_it_stamps_anything_new(world: World) -> None:
    """A register that is read half way may not name the roots yet."""
    connection = a_database(world, **policy_changes())
    work = connection.script

    def behind(sql: str, parameters: Any) -> Answer:
        if sql == _COMMON["unmet_exists"]:
            return Answer([(True, True)])
        if sql == _COMMON["register_ends"]:
            return Answer([({"hocba.so-ha-noi.register.v1": 9},)])
        if sql == _COMMON["register_positions"]:
            return Answer([("hocba.so-ha-noi.register.v1", 3)])
        return work(sql, parameters)

    connection.script = behind
    with pytest.raises(Unavailable) as waits:
        stamper(Authority(b"token")).stamp(connection, TEXT, AT, 1.0)
    assert waits.value.code == "REPLAY_BEHIND"
