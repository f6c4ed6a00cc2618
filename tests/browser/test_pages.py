"""Every page, in four ways of reading: no violation that axe knows, nothing from elsewhere, small, and not too wide."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import MODES, Mode, Seen, Visitor
from tests.browser.serving import served
from tests.browser.walk import PAGES, walk

WEIGHT_MAX = 100_000


@pytest.fixture(scope="module", params=MODES, ids=lambda mode: mode.name)
def walked(request: pytest.FixtureRequest, chromium: Browser, axe: str) -> Iterator[tuple[Mode, dict[str, Seen]]]:
    with served() as (_, address):
        reader = Visitor(chromium, address, request.param)
        yield request.param, {name: reader.seen(axe) for name in walk(reader)}
        reader.close()


def test_walk_comes_to_every_page(walked: tuple[Mode, dict[str, Seen]]) -> None:
    mode, pages = walked
    assert tuple(pages) == PAGES
    languages = {name: seen.language for name, seen in pages.items() if name != "log-in"}
    assert set(languages.values()) == {mode.language}


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_violation(walked: tuple[Mode, dict[str, Seen]], name: str) -> None:
    assert walked[1][name].violations == ()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_small_loads_nothing_from_elsewhere_and_reflows(
    walked: tuple[Mode, dict[str, Seen]], name: str
) -> None:
    seen = walked[1][name]
    assert (seen.foreign, seen.complaints, seen.too_wide) == ((), (), False)
    assert 1_000 < seen.weight < WEIGHT_MAX


def test_judge_and_notes_find_what_is_wrong(chromium: Browser, axe: str, portal: tuple[object, str]) -> None:
    """The same eyes on a page with a field without a label, an image from elsewhere, a script and a wide box."""
    reader = Visitor(chromium, portal[1], MODES[0])
    reader.go("/")
    reader.page.evaluate("""() => {
        document.querySelector("label").remove();
        const image = new Image(); image.src = "http://127.0.0.1:9/x.png";
        const box = document.createElement("div"); box.textContent = "x"; box.style.width = "2000px";
        const script = document.createElement("script"); script.textContent = "window.ran = 1";
        document.querySelector("main").append(image, box, script);
    }""")
    reader.page.wait_for_timeout(300)
    seen = reader.seen(axe)
    assert any(one.startswith("label") for one in seen.violations) or any("image-alt" in one for one in seen.violations)
    assert seen.foreign == ("http://127.0.0.1:9/x.png",)
    assert any("Content Security Policy" in one for one in seen.complaints)
    assert reader.page.evaluate("window.ran") is None
    assert seen.too_wide
    reader.close()
