"""A family and the recipient of a share go their whole way at a real hub, in four ways of reading; axe looks on."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import MODES, Mode, Seen, Visitor
from tests.browser.judging import faults_of
from tests.browser.story import Place
from tests.browser.walk import PAGES, walk

_LOG_IN = "log-in"  # a page of the provider's, in both languages at once

Walked = tuple[Mode, dict[str, Seen], str]


@pytest.fixture(scope="module", params=MODES, ids=lambda mode: mode.name)
def walked(request: pytest.FixtureRequest, place: Place, chromium: Browser, axe: str) -> Iterator[Walked]:
    """What was seen of each page until the way ended, and why it ended."""
    family, recipient = (Visitor(chromium, place.address, request.param) for _ in range(2))
    pages, ended = {}, ""
    try:
        for name, reader in walk(family, recipient, place.family, datetime.now(UTC)):
            pages[name] = reader.seen(axe)
    except Exception as error:  # told once, by the test below, and not by each of the pages
        ended = f"after {list(pages)[-1:]}: {error}"
    yield request.param, pages, ended
    family.close()
    recipient.close()


def test_family_and_recipient_come_to_every_page(walked: Walked) -> None:
    _, pages, ended = walked
    assert ended == ""
    assert sorted(pages) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_without_fault(walked: Walked, name: str) -> None:
    """No violation, nothing from elsewhere, below 100 kB, no scrolling sideways, in the reader's language."""
    mode, pages, _ = walked
    assert name in pages, "the way ended before"
    assert faults_of(pages[name], "vi" if name == _LOG_IN else mode.language) == []
