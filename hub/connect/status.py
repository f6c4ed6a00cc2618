"""How a connector stands, read from its state alone; nothing of it is stored as such.

    RUNNING   no step waits; with a reason when back-pressure holds the pull, or when a step is long at work
    PAUSED    a person paused it: pulling and sending rest, receipts are still written back
    DEGRADED  a step tries again, something was lost that no manifest declares, a file or an answer was refused
    FAILED    a step was refused or crashed; it is tried again all the same

Of several the last counts, but a person's pause goes before what is only degraded.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from hub.client import kept_outbounds, load_batch, missing_roles, told_of
from hub.connect.faulty import reading
from hub.connect.store import Row, Store
from hub.connectors.sdk import Answer
from hub.errors import HubError

__all__ = ["RUNNING_S_MAX", "STATES", "Look", "batches_waiting", "look", "losses", "refusals"]

STATES = ("RUNNING", "PAUSED", "DEGRADED", "FAILED")
RUNNING_S_MAX = 15.0  # a heartbeat older than this is none
_LONG_S = 30.0  # a step that is at work for longer is told
_REFUSALS_MAX = 50


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a connector. `alive`: its last heartbeat is young enough.

    `signatures`: "unchecked" when no register was within reach to judge what Sở said last, else "checked".
    `lag_bytes`: what the system keeps of its log until it is read, where that is known.
    """

    state: str
    reason: str
    alive: bool
    heartbeat_at: str | None
    pulled_at: str | None
    starts: int
    records: dict[str, int]
    waiting_batches: int
    answers: dict[str, dict[str, int]]
    answers_waiting: int
    undeclared_losses: int
    steps: tuple[dict[str, Any], ...]
    notices: tuple[dict[str, Any], ...]
    signals_open: int
    signatures: str
    lag_bytes: int | None = None

    def shown(self) -> dict[str, Any]:
        """Return it as one JSON object."""
        shown: dict[str, Any] = msgspec.to_builtins({name: getattr(self, name) for name in self.__slots__})
        return shown


def look(store: Store, now: datetime) -> Look:
    """Read everything of one connector's state that a person is told."""
    row = store.one("connector")
    steps = tuple(_shown(one) for one in store.all("steps"))
    notices = tuple(_shown(one) for one in store.all("notices"))
    undeclared = sum(not one["declared"] for one in store.all("every_loss"))
    answers: dict[str, dict[str, int]] = {}
    for one in store.all("answers_by_state"):
        answers.setdefault(one["kind"], {})[one["state"]] = one["count"]
    count: Counter[str] = Counter()
    for by_state in answers.values():
        count.update(by_state)
    state, reason = _state(row, steps, notices, undeclared, count["refused"])
    beat = row["heartbeat_at"]
    alive = beat is not None and now - datetime.fromisoformat(beat) <= timedelta(seconds=RUNNING_S_MAX)
    return Look(
        state, reason, alive, beat, row["pulled_at"], row["epoch"],
        {one["state"]: one["count"] for one in store.all("records_by_state")},
        len(store.all("batches_in", state="waiting")), answers, count["waiting"], undeclared, steps, notices,
        len(store.all("open_signals")), "unchecked" if row["unchecked"] else "checked",
        row["lag_bytes"],
    )  # fmt: skip


def _state(
    row: Row, steps: Sequence[dict[str, Any]], notices: Sequence[dict[str, Any]], undeclared: int, refused: int
) -> tuple[str, str]:
    failed = [f"{step['name']} {step['code']}" for step in steps if step["failed"]]
    if failed:
        return "FAILED", ", ".join(failed)
    if row["paused"]:
        return "PAUSED", "signal"
    reasons = [f"{step['name']} {step['code']}" for step in steps]
    reasons += [f"{one['code']} {one['path']}" for one in notices if one["severity"] == "refuse"]
    reasons += [f"undeclared losses: {undeclared}"] if undeclared else []
    reasons += [f"answers refused: {refused}"] if refused else []
    if reasons:
        return "DEGRADED", ", ".join(reasons)
    return "RUNNING", ", ".join([*(["back-pressure"] if row["held"] else []), *_long_at_work(row)])


def _long_at_work(row: Row) -> list[str]:
    """Return which step the last heartbeat found at work, and since when, if that is long."""
    if row["at_work"] is None:
        return []
    since, beat = (datetime.fromisoformat(row[name]) for name in ("at_work_since", "heartbeat_at"))
    return [f"{row['at_work']} since {row['at_work_since']}"] if beat - since >= timedelta(seconds=_LONG_S) else []


def _shown(row: Row) -> dict[str, Any]:
    shown = dict(zip(row.keys(), row, strict=True))
    return shown | {"facts": json.loads(shown["facts"])}


def losses(store: Store) -> list[dict[str, Any]]:
    """Return the loss report: what each mapping lost, and whether its manifest says so; no value stands in it."""
    return [dict(zip(row.keys(), row, strict=True)) for row in store.all("every_loss")]


def batches_waiting(store: Store, batches: Path) -> list[dict[str, Any]]:
    """Return the batches that wait for persons: where they are, how many documents, which roles are missing.

    `submissions`: whether the submissions are signed too; `findings` and `replaces`: what whoever signs should look at.
    """
    shown = []
    for row in store.all("batches_in", state="waiting"):
        folder = batches / row["folder"]
        told = {"batch_id": row["batch_id"], "so": row["so"], "school": row["school"], "class": row["class"]}
        told |= {"school_year": row["school_year"], "folder": str(folder), "documents": 0, "missing": {}}
        told |= {"findings": {}, "replaces": 0}
        try:
            with reading():
                batch = load_batch(folder)
                told |= {"documents": len(batch.documents), "missing": missing_roles(batch)} | told_of(batch)
                told["submissions"] = kept_outbounds(batch, row["so"]) is not None
        except HubError as error:
            told["fault"] = error.code
        shown.append(told)
    return shown


def refusals(store: Store, limit: int = _REFUSALS_MAX) -> list[dict[str, Any]]:
    """Return the oldest records that were not taken, by their place in the system, with codes alone; refusing first."""
    read = msgspec.json.Decoder(Answer).decode
    return [
        {"n": row["n"], "place": row["place"], "state": row["state"], "codes": _codes(read(row["value"]))}
        for row in store.all("refusals", limit=limit)
    ]


def _codes(answer: Answer) -> list[str]:
    """Return the codes of an answer, those that refuse before those that warn."""
    by_weight = sorted(answer.findings, key=lambda found: found.get("severity") != "refuse")
    return [str(found.get("code")) for found in by_weight]
