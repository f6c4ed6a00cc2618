"""What deploy/ gives Prometheus and Grafana asks only for metrics that a worker serves."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics import MetricWrapperBase

from hub import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "hub.rules.yaml"
DASHBOARD = DEPLOY / "grafana" / "hub.json"
NOT_OURS = {"up": "Prometheus itself", "process_start_time_seconds": "every Python client on Linux"}
_WORDS = {
    "sum", "max", "min", "by", "rate", "increase", "changes", "time", "label_values", "job", "le",
}  # fmt: skip


def served() -> dict[str, set[str]]:
    """Return the name of each sample that workers serve, with its labels."""
    found: dict[str, set[str]] = {}
    for value in vars(metrics).values():
        if isinstance(value, MetricWrapperBase):
            for family in value.describe():
                suffixes = {"counter": ["_total"], "histogram": ["_count", "_sum", "_bucket"]}.get(family.type, [""])
                for suffix in suffixes:
                    found[family.name + suffix] = set(value._labelnames)
    return found


def expressions() -> Iterator[str]:
    """Yield every query of the alert rules and of the dashboard."""
    yield from re.findall(r"^\s+expr: (.+)$", RULES.read_text(encoding="utf-8"), re.MULTILINE)
    yield from _queries(json.loads(DASHBOARD.read_text(encoding="utf-8")))


def _queries(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (str(value[key]) for key in ("expr", "query") if isinstance(value.get(key), str))
        for inner in value.values():
            yield from _queries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _queries(inner)


def names_in(expression: str) -> set[str]:
    """Return the metrics that a query names: words outside braces, brackets, texts and `by (…)`."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"|by \([^)]*\)", " ", expression)
    return set(re.findall(r"[a-z_]{2,}", bare)) - _WORDS - {"prometheus", "group"}


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_query_names_only_what_is_served(expression: str) -> None:
    """A metric that was renamed would leave a panel empty and an alert silent."""
    assert names_in(expression) <= served().keys() | NOT_OURS.keys()


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_query_groups_by_labels_that_exist(expression: str) -> None:
    """The same for a label."""
    known = set().union(*(served().get(name, {"job"}) for name in names_in(expression))) | {"job", "instance"}
    asked = {label.strip() for by in re.findall(r"by \(([^)]*)\)", expression) for label in by.split(",")}
    asked |= set(re.findall(r"(\w+)(?:=~|!=|=)\"", expression))
    assert asked <= known


def test_enough_is_asked_for() -> None:
    """Lag in messages and seconds, status, outbox, parked schools, quarantine, sealing, restarts, connectors."""
    wanted = {
        "kafka_consumergroup_lag", "kafka_consumergroup_group_max_lag_seconds", "hub_stage_status",
        "hub_waiting_count", "hub_waiting_oldest_seconds", "hub_quarantine_waiting_messages",
        "hub_quarantine_oldest_seconds", "hub_seal_overdue", "process_start_time_seconds",
        "hub_connector_state", "hub_connector_heartbeat_seconds",
    }  # fmt: skip
    assert wanted <= set().union(*map(names_in, expressions()))


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("kafka_consumergroup_lag", {"consumergroup", "topic", "partition"}),
        ("kafka_consumergroup_current_offset", {"consumergroup", "topic", "partition"}),
        ("kafka_consumergroup_group_lag", {"cluster_name", "group", "topic", "partition"}),
        ("kafka_consumergroup_group_lag_seconds", {"cluster_name", "group", "topic", "partition"}),
        ("kafka_consumergroup_group_offset", {"cluster_name", "group", "topic", "partition"}),
        ("kafka_consumergroup_group_max_lag", {"cluster_name", "group"}),
        ("kafka_consumergroup_group_max_lag_seconds", {"cluster_name", "group"}),
    ],
)
def test_names_of_existing_dashboards_are_served(name: str, labels: set[str]) -> None:
    """The first two as kafka_exporter has them, the others as kafka-lag-exporter, with the labels they group by."""
    assert served()[name] == labels


def test_rules_are_well_formed() -> None:
    """Each alert has a query, a severity and what to do; none stands twice."""
    text = RULES.read_text(encoding="utf-8")
    alerts = re.findall(r"^      - alert: (\w+)$", text, re.MULTILINE)
    assert len(alerts) == len(set(alerts)) >= 8
    for key in ("expr", "labels", "annotations", "summary", "action"):
        assert len(re.findall(rf"^\s+{key}:", text, re.MULTILINE)) == len(alerts), key
