"""One browser, one portal, one judge for all; without Chromium or axe-core the tests are skipped and say so.

They end with this package: Playwright's loop runs in the thread of the tests, where others start loops of their own.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import axe_source
from tests.browser.browsing import browser
from tests.browser.serving import served
from tests.browser.story import Place, a_place
from tests.journey.installing import Absent
from tests.judges.presence import judge_is_missing
from tests.unit.web.portal.world import World


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if shutil.which("chromium") is None:
        judge_is_missing("chromium")
    with browser() as found:
        yield found


@pytest.fixture(scope="package")
def axe() -> str:
    try:
        return axe_source()
    except Absent as absent:
        judge_is_missing(f"axe-core ({absent})")


@pytest.fixture(scope="package")
def place(chromium: Browser) -> Iterator[Place]:
    """The portal of a real hub; only where there is a browser to look at it."""
    with a_place() as found:
        yield found


@pytest.fixture
def portal() -> Iterator[tuple[World, str]]:
    with served() as found:
        yield found
