"""Logging: structlog, one JSON line an event, to standard error. No names, marks or identity numbers, ever."""

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

__all__ = ["set_up_logs"]

_LINES_PER_SECOND_MAX = 5  # a broker that is down makes its client say so seventy times a second
_NOISY = ("aiokafka", "faust", "mode", "asyncio")


class _Limited(logging.Filter):
    """Lets a few lines a second through for each logger and drops the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._second, self._count = 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return self._count <= _LINES_PER_SECOND_MAX


class _Plain(logging.Formatter):
    """Names an exception and keeps its text to itself."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the library's name
        return f"({ei[0].__name__})"


def _places_of_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the places it came through: its text and locals may hold a pupil."""
    if event.pop("exc_info", None):
        kind, _error, trace = sys.exc_info()
        frames = traceback.extract_tb(trace)
        event["exception"] = kind.__name__ if kind is not None else "?"
        event["places"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    return event


def set_up_logs(level: int = logging.INFO) -> None:
    """Set up both structlog and the standard library's logging; call once in a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Limited())
    handler.setFormatter(_Plain('{"level":"%(levelname)s","logger":"%(name)s","event":"%(message).300s"}'))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _places_of_exception,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
