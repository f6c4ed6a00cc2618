"""Empty, busy and refused pages, on a phone and a desk, with and without scripts: told, and without fault."""

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import MODES, Mode, Visitor
from tests.browser.judging import faults_of
from tests.browser.states import STATES
from tests.unit.web.portal.world import World

_OF_THE_PROVIDER = "number of no person"


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("mode", MODES[1:3], ids=lambda mode: mode.name)
def test_state_is_told_without_fault(
    name: str, mode: Mode, chromium: Browser, axe: str, portal: tuple[World, str]
) -> None:
    world, address = portal
    reader = Visitor(chromium, address, mode)
    reader.go(f"/?lang={mode.language}")
    STATES[name](world, reader)
    found = faults_of(reader.seen(axe), "vi" if name == _OF_THE_PROVIDER else mode.language)
    reader.close()
    assert [one for one in found if "status of 503" not in one] == []


def test_form_that_was_sent_says_so_and_is_not_sent_twice(chromium: Browser, portal: tuple[World, str]) -> None:
    """Only where scripts run. Here nothing is really sent, so that the page stays."""
    reader = Visitor(chromium, portal[1], MODES[0])
    reader.go("/kiem-tra")
    reader.page.evaluate("""() => { window.sent = 0; document.addEventListener("submit", (event) => {
        if (!event.defaultPrevented) window.sent += 1;
        event.preventDefault();
    }); }""")
    reader.page.fill("#ma-qr", "x")
    button = reader.page.locator("#kiem-tra-qr button")
    said = button.inner_text()
    for _ in range(2):
        button.dispatch_event("click")
    assert (button.inner_text(), button.get_attribute("aria-disabled")) == ("Đang kiểm tra…", "true")
    assert reader.page.evaluate("window.sent") == 1
    reader.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    assert (button.inner_text(), button.get_attribute("aria-disabled")) == (said, None)
    reader.close()


def test_judge_and_notes_find_what_is_wrong(chromium: Browser, axe: str, portal: tuple[World, str]) -> None:
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
