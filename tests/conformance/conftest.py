"""Published vectors: where they are, and which of them do not apply.

The folder is the one that HUB_VECTORS names, else `../shared/vectors` beside the repository. Without it the tests are
skipped and say so; with HUB_REQUIRE_VECTORS=1 they fail. `skips.toml` lists every case that is not run, by name and
with its reason; a test that meets another set of skipped cases fails.
"""

import os
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SKIPS = Path(__file__).with_name("skips.toml")


def _folder() -> Path:
    named = os.environ.get("HUB_VECTORS", "../shared/vectors")
    return (REPOSITORY / named).resolve()  # an absolute path stays as it is


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Return the folder of the published vectors; skip without it, or fail when they are required."""
    folder = _folder()
    if not folder.is_dir():
        reason = "no published vectors: HUB_VECTORS names no folder that has them"
        if os.environ.get("HUB_REQUIRE_VECTORS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


class Skips:
    """The cases of one suite that are not run. Each must be asked for exactly once: `settle` compares."""

    def __init__(self, suite: str, groups: Iterable[dict[str, object]]) -> None:
        self._suite = suite
        self._reasons: dict[str, str] = {}
        self._met: list[str] = []
        for group in groups:
            cases = [str(case) for case in group["cases"]]
            assert len(cases) == group["count"], f"{suite}: count is not that of the cases: {group['reason']}"
            assert not set(cases) & set(self._reasons), f"{suite}: a case is listed twice"
            self._reasons |= dict.fromkeys(cases, str(group["reason"]))

    def has(self, case: object) -> bool:
        """Tell whether this case is listed, and remember that it was met."""
        if str(case) not in self._reasons:
            return False
        self._met.append(str(case))
        return True

    def settle(self) -> int:
        """Return the count of skipped cases; fail when a listed case does not exist (any more)."""
        assert sorted(self._met) == sorted(self._reasons), f"{self._suite}: skips.toml lists cases that were not met"
        return len(self._met)


@pytest.fixture
def skips() -> Callable[[str], Skips]:
    """Return the skips of one suite: `skips("wycheproof/json_web_signature_test")`."""
    listed = tomllib.loads(SKIPS.read_text(encoding="utf-8")).get("skip", [])
    return lambda suite: Skips(suite, [group for group in listed if group["suite"] == suite])
