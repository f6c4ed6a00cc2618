"""Chance that comes in: every draw hangs on the seed and on the path of what is drawn, never on a global state."""

import random

__all__ = ["stream"]


def stream(seed: int, *path: object) -> random.Random:
    """Return a generator of its own for `path` ("pupils", school code, class, ...): equal on every run and platform.

    Streams of different paths are independent, so that one class can be drawn again without drawing those before it.
    """
    return random.Random("/".join(map(str, (seed, *path))))  # noqa: S311  synthetic data needs repetition, not secrecy
