"""Gauges of a running connector, told with each heartbeat; a label is a name of ours, never a key of a record."""

from hub.connect.run import Run
from hub.connect.status import STATES, look
from hub.metrics import (
    CONNECTOR_ANSWERS_WAITING,
    CONNECTOR_HEARTBEAT,
    CONNECTOR_LAG_BYTES,
    CONNECTOR_RECORDS,
    CONNECTOR_STATE,
    CONNECTOR_STEP_FAILURES,
    CONNECTOR_UNDECLARED_LOSSES,
    CONNECTOR_WAITING_BATCHES,
)

__all__ = ["tell_gauges"]


def tell_gauges(run: Run) -> None:
    """Say how it stands now."""
    name, seen = run.instance.name, look(run.store, run.now())
    for state in STATES:
        CONNECTOR_STATE.labels(name, state).set(int(state == seen.state))
    CONNECTOR_HEARTBEAT.labels(name).set(run.now().timestamp())
    for state, count in seen.records.items():
        CONNECTOR_RECORDS.labels(name, state).set(count)
    CONNECTOR_WAITING_BATCHES.labels(name).set(seen.waiting_batches)
    CONNECTOR_ANSWERS_WAITING.labels(name).set(seen.answers_waiting)
    CONNECTOR_UNDECLARED_LOSSES.labels(name).set(seen.undeclared_losses)
    if seen.lag_bytes is not None:
        CONNECTOR_LAG_BYTES.labels(name).set(seen.lag_bytes)
    CONNECTOR_STEP_FAILURES.clear()
    for step in seen.steps:
        CONNECTOR_STEP_FAILURES.labels(name, step["name"], step["code"]).set(step["attempts"])
