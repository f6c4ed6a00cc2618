"""A stock of sixty transcripts, signed once for all tests of this folder."""

from pathlib import Path

import pytest

from hub.bench.stock import Stock, stock_of
from hub.bench.wanted import Wanted

WANTED = Wanted(60, signatures=12, algorithm="ES256", seed=7)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench-cache")


@pytest.fixture(scope="session")
def stock(cache: Path) -> Stock:
    return stock_of(WANTED, cache, 1, lambda _what, _count: None)
