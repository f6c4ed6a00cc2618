"""One function in a fresh process of its own: what it measures carries nothing of ours along."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

__all__ = ["in_own_process"]

_T = TypeVar("_T")


def in_own_process(work: Callable[..., _T], *arguments: Any) -> _T:
    """Call a function of a module in a new process and return what it returns; its error is raised here."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()
