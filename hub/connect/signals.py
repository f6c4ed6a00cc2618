"""Signals: a person tells a running connector what to do; it stands in its state until the runner has done it."""

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args

from hub.connect.store import Store
from hub.errors import Refused

__all__ = ["SignalKind", "add_signal", "signals"]

SignalKind = Literal["pause", "resume", "snapshot", "resend", "restart"]
_SHOWN_MAX = 20
_RANGE = ("from_n", "to_n", "school", "refused")


def add_signal(store: Store, kind: str, at: str, arguments: Mapping[str, Any] | None = None) -> None:
    """Write a signal. Raises Refused CONNECTOR_SIGNAL_WRONG for one that is none, or a `resend` without a range."""
    named = {name: value for name, value in (arguments or {}).items() if value is not None and value is not False}
    if kind not in get_args(SignalKind):
        raise Refused("CONNECTOR_SIGNAL_WRONG", {"signal": kind[:40], "reason": ", ".join(get_args(SignalKind))})
    if set(named) - set(_RANGE) or bool(named) != (kind == "resend"):
        raise Refused("CONNECTOR_SIGNAL_WRONG", {"signal": kind, "reason": "resend: records, school or refused"})
    with store.transaction():
        store.do("add_signal", kind=kind, arguments=json.dumps(named), at=at)


def signals(store: Store) -> list[dict[str, Any]]:
    """Return the last signals, newest first, with what became of them."""
    rows = store.all("signals", limit=_SHOWN_MAX)
    return [dict(zip(row.keys(), row, strict=True)) | {"arguments": json.loads(row["arguments"])} for row in rows]
