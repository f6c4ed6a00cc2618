"""How much `make fault` plays: a bounded set by default, all of it with LONG=1, more random kills with SEEDS=n."""

import os

import pytest

__all__ = ["LONG", "SEEDS", "only_long"]

LONG = os.environ.get("LONG") == "1"
SEEDS = int(os.environ.get("SEEDS", "1"))
only_long = pytest.mark.skipif(not LONG, reason="LONG=1 plays it")
