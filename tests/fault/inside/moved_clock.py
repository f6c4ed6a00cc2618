"""A clock that is wrong: `time.time` and `datetime.now` of this process are off by a number of seconds.

`datetime.datetime` is changed in place, not replaced, so that every `isinstance` and every decoder still knows it.
"""

import ctypes
import datetime
import gc
import time
from typing import Any

__all__ = ["move"]


def move(by_s: float) -> None:
    """Move this process's clock; call it before anything takes a name from `time`."""
    true_time, true_time_ns = time.time, time.time_ns
    time.time = lambda: true_time() + by_s
    time.time_ns = lambda: true_time_ns() + round(by_s * 1e9)

    def now(of: Any, tz: Any = None) -> Any:
        return of.fromtimestamp(true_time() + by_s, tz)

    def utcnow(of: Any) -> Any:
        return of.fromtimestamp(true_time() + by_s, datetime.UTC).replace(tzinfo=None)

    attributes: Any = gc.get_referents(datetime.datetime.__dict__)[0]
    attributes["now"], attributes["utcnow"] = classmethod(now), classmethod(utcnow)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
