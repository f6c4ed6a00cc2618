"""Named points at which this process kills itself with SIGKILL, without a hook in production code.

Driven by JSON: a list of {"point", "stage", "n", "marker", "signal"}, done one after another over as many lives of the
process as it takes; with the signal SIGSTOP it freezes there instead. `marker` is a file that the process leaves just
before; the first point without its file is armed. One with a "gate" counts nothing before that file is there.

Points of a stage (register, validate, lock, acknowledge, ingest): before_claim, after_claim, before_transaction,
inside:<table> (right after the statement that writes it), after_transaction (committed, nothing else done),
before_kafka_commit, after_kafka_commit. Of the stage "relay": before_produce, after_produce (acknowledged, not yet
marked), after_mark. Of the stage "sequencer": before_sequencer, inside:<table>, after_sequencer. Of the scheduler
"windows": inside:<table>, after_windows (announced, not yet sent); "transfer_clock" alike, with after_clock.
Of "closing", which ends a log: before_closing,
inside:<table>, before_closing_commit, after_closing (the final head stands, not yet sent).
"""

import functools
import importlib.abc
import importlib.util
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["arm", "beware"]

_WRITES = re.compile(rb"\s*(?:COPY|INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)
_COMMENT = re.compile(rb"--[^\n]*\n")
_here = threading.local()
_armed: dict[str, Any] = {}
_counting = threading.Lock()


def arm(text: str) -> None:
    """Arm the first point of the list that has not been reached in an earlier life."""
    waiting = [point for point in json.loads(text) if not Path(point["marker"]).exists()]
    if waiting:
        _armed.update(waiting[0])
        _armed["seen"] = 0
        sys.meta_path.insert(0, _Wrapping(_WRAPS))


def beware(text: bytes) -> None:
    """Let a record that holds `text` kill the process that decodes it, as a fault in a decoder written in C would."""

    def wrap(module: ModuleType) -> None:
        work = module.decode

        def decode(data: Any, *rest: Any, **named: Any) -> Any:
            if data is not None and text in data:
                os.kill(os.getpid(), signal.SIGKILL)
            return work(data, *rest, **named)

        module.decode = decode  # type: ignore[attr-defined]

    sys.meta_path.insert(0, _Wrapping({"hub.schemas.wire": wrap}))


def _reach(point: str, stage: str) -> None:
    if (point, stage) != (_armed["point"], _armed["stage"]) or not Path(_armed.get("gate", "/")).exists():
        return
    with _counting:
        _armed["seen"] += 1
        if _armed["seen"] != _armed["n"]:
            return
        file = os.open(_armed["marker"], os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        os.write(file, json.dumps({"point": point, "stage": stage, "pid": os.getpid()}).encode())
        os.fsync(file)
        os.kill(os.getpid(), signal.Signals[_armed["signal"]])


def _around(of: Any, name: str, before: str, after: str, stage: Callable[[Sequence[Any]], str]) -> None:
    """Replace a function by one that reaches `before`, works, and reaches `after`; the stage stays known meanwhile."""
    work = getattr(of, name)

    @functools.wraps(work)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        called = stage(arguments)
        _reach(before, called)
        outer, _here.stage = getattr(_here, "stage", ""), called
        try:
            done = work(*arguments, **named)
        finally:
            _here.stage = outer
        if done is not None or name in ("_mark", "_write"):
            _reach(after, called)
        return done

    setattr(of, name, wrapped)


def _around_async(of: Any, name: str, before: str, after: str, stage: Callable[[Sequence[Any]], str]) -> None:
    work = getattr(of, name)

    @functools.wraps(work)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        called = stage(arguments)
        _reach(before, called)
        done = await work(*arguments, **named)
        _reach(after, called)
        return done

    setattr(of, name, wrapped)


def _behind_statements(cursor: Any) -> None:
    """Make every statement that writes a table a point inside its stage."""
    for name in ("execute", "executemany", "copy"):
        work = getattr(cursor, name)

        def wrapped(self: Any, query: Any, *rest: Any, work: Any = work, **named: Any) -> Any:
            done = work(self, query, *rest, **named)
            stage = getattr(_here, "stage", "")
            if stage and (table := _table(query, self)):
                _reach(f"inside:{table}", stage)
            return done

        setattr(cursor, name, functools.wraps(work)(wrapped))


def _table(query: Any, cursor: Any) -> str:
    text = query if isinstance(query, bytes) else query.encode() if isinstance(query, str) else query.as_bytes(cursor)
    found = _WRITES.match(_COMMENT.sub(b"", text))
    return found[1].decode() if found else ""


def _stage_of(position: int) -> Callable[[Sequence[Any]], str]:
    return lambda arguments: str(arguments[position].name)


def _wrap_transaction(module: ModuleType) -> None:
    _around(module, "transact", "before_transaction", "after_transaction", _stage_of(1))


def _wrap_position(module: ModuleType) -> None:
    _around(module, "claim", "before_claim", "after_claim", lambda arguments: str(arguments[1].stage))


def _wrap_relay(module: ModuleType) -> None:
    _around(module.Relay, "_mark", "before_mark", "after_mark", lambda _: "relay")


def _wrap_producer(module: ModuleType) -> None:
    _around_async(module.Sender, "send", "before_produce", "after_produce", lambda _: "relay")


def _wrap_sequencer(module: ModuleType) -> None:
    _around(module, "_append", "before_sequencer", "before_sequencer_commit", lambda _: "sequencer")
    work = module.sequence_once

    def sequence_once(*arguments: Any) -> Any:
        done = work(*arguments)
        if done:
            _reach("after_sequencer", "sequencer")
        return done

    module.sequence_once = sequence_once  # type: ignore[attr-defined]


def _wrap_closing(module: ModuleType) -> None:
    _around(module, "_write", "before_closing", "before_closing_commit", lambda _: "closing")
    work = module.close_once

    def close_once(*arguments: Any) -> Any:
        done = work(*arguments)
        if done:
            _reach("after_closing", "closing")
        return done

    module.close_once = close_once  # type: ignore[attr-defined]


def _wrap_windows(module: ModuleType) -> None:
    work = module.close_windows

    def close_windows(*arguments: Any) -> Any:
        outer, _here.stage = getattr(_here, "stage", ""), "windows"
        try:
            done = work(*arguments)
        finally:
            _here.stage = outer
        if done:
            _reach("after_windows", "windows")
        return done

    module.close_windows = close_windows  # type: ignore[attr-defined]


def _wrap_transfer_clock(module: ModuleType) -> None:
    work = module.tick

    def tick(*arguments: Any, **named: Any) -> Any:
        outer, _here.stage = getattr(_here, "stage", ""), "transfer_clock"
        try:
            done = work(*arguments, **named)
        finally:
            _here.stage = outer
        if done:
            _reach("after_clock", "transfer_clock")
        return done

    module.tick = tick  # type: ignore[attr-defined]


def _wrap_consumer(module: ModuleType) -> None:
    group = "_group_id"
    _around_async(
        module.AIOKafkaConsumer, "commit", "before_kafka_commit", "after_kafka_commit",
        lambda arguments: str(getattr(arguments[0], group) or "").rpartition(".")[2],
    )  # fmt: skip


def _wrap_cursor(module: ModuleType) -> None:
    _behind_statements(module.Cursor)


_WRAPS: dict[str, Callable[[ModuleType], None]] = {
    "hub.agents.stage.transaction": _wrap_transaction,
    "hub.agents.stage.position": _wrap_position,
    "hub.agents.stage.relay": _wrap_relay,
    "hub.kafka.producer": _wrap_producer,
    "hub.agents.sequencer": _wrap_sequencer,
    "hub.agents.closing": _wrap_closing,
    "hub.agents.windows": _wrap_windows,
    "hub.agents.transfer_clock": _wrap_transfer_clock,
    "aiokafka.consumer.consumer": _wrap_consumer,
    "psycopg.cursor": _wrap_cursor,
}


class _Wrapping(importlib.abc.MetaPathFinder):
    """Wraps a module right after it ran and before anyone takes a name from it."""

    def __init__(self, wraps: dict[str, Callable[[ModuleType], None]]) -> None:
        self._wraps = wraps

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> Any:
        """Find the module as everybody else would, and add the wrapping to its loader."""
        wrap = self._wraps.get(name)
        if wrap is None:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        assert spec is not None
        assert spec.loader is not None
        run = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            wrap(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
