"""Logging: structlog, one JSON line an event, to standard error. No names, marks or identity numbers, ever."""

import logging
import sys
import time

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


def set_up_logs(level: int = logging.INFO) -> None:
    """Set up both structlog and the standard library's logging; call once in a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Limited())
    handler.setFormatter(logging.Formatter('{"level":"%(levelname)s","logger":"%(name)s","event":"%(message).300s"}'))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
