"""One reader with Debian's Chromium: what each page loads, weighs and complains of, and what axe finds on it."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

__all__ = ["MODES", "Mode", "Seen", "Visitor", "browser"]

_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
_TIMEOUT_MS = 90_000  # on a machine that has other work
_SCRIPT = re.compile(r"<script[^>]*></script>")
_NARROW = {"width": 320, "height": 640}  # WCAG 1.4.10: text reflows at 320 CSS pixels
_RUN_AXE = """async () => (await axe.run(document, {
    resultTypes: ["violations"], rules: {"target-size": {enabled: true}},
})).violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(" ")).join(", ")}`)"""
_WIDER_THAN_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass(frozen=True, slots=True)
class Mode:
    """How a reader reads."""

    name: str
    width: int
    height: int
    scripts: bool
    scheme: str
    language: str


MODES = (
    Mode("phone", 360, 740, True, "light", "vi"),
    Mode("phone without scripts", 360, 740, False, "dark", "en"),
    Mode("desk", 1280, 900, True, "dark", "vi"),
    Mode("desk without scripts", 1280, 900, False, "light", "en"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one page: bytes of everything it loads, addresses asked elsewhere, complaints, violations."""

    language: str
    weight: int
    foreign: tuple[str, ...]
    complaints: tuple[str, ...]
    violations: tuple[str, ...]
    too_wide: bool


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield Chromium, which finds no host but this one."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        try:
            yield found
        finally:
            found.close()


class Visitor:
    """A browser window of its own, with empty cookies and an empty cache."""

    def __init__(self, chromium: Browser, address: str, mode: Mode) -> None:
        self.address, self.mode = address, mode
        self._chromium = chromium
        self._context = self._new_context(mode.scripts)
        self._context.set_default_timeout(_TIMEOUT_MS)
        self.page: Page = self._context.new_page()
        self._loaded: dict[str, Response] = {}
        self._asked: list[str] = []
        self._complaints: list[str] = []
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._complaints.append(str(error)))

    def close(self) -> None:
        """Close the window."""
        self._context.close()

    def go(self, path: str) -> None:
        """Load a page."""
        self.page.goto(path)

    def press(self, selector: str) -> None:
        """Press a button or follow a link, and wait for the page behind it."""
        with self.page.expect_navigation():
            self.page.locator(selector).click()

    def sees(self, selector: str) -> None:
        """Wait until something is on the page."""
        self.page.locator(selector).first.wait_for()

    def download(self, selector: str) -> bytes:
        """Follow a link to a file and return it."""
        with self.page.expect_download() as coming:
            self.page.locator(selector).first.click()
        return coming.value.path().read_bytes()

    def seen(self, axe: str) -> Seen:
        """Judge the page that is open."""
        with self._judged() as page:
            page.evaluate(axe)
            found: list[str] = page.evaluate(_RUN_AXE)
            wide: bool = page.evaluate(_WIDER_THAN_SCREEN)
            page.set_viewport_size(_NARROW)  # type: ignore[arg-type]
            wide = page.evaluate(_WIDER_THAN_SCREEN) or wide
            page.set_viewport_size({"width": self.mode.width, "height": self.mode.height})
        return Seen(
            self.page.locator("html").get_attribute("lang") or "",
            sum(len(one.body()) for one in self._loaded.values()),
            tuple(self._asked), tuple(self._complaints), tuple(found), wide,
        )  # fmt: skip

    def picture(self, whole: bool = False) -> bytes:
        """Return a PNG of what is on the screen, or of the whole page."""
        return self.page.screenshot(animations="disabled", full_page=whole)

    @contextmanager
    def _judged(self) -> Iterator[Page]:
        """Yield what axe runs in. It is a script: where none may run, a window with the same page does."""
        if self.mode.scripts:
            yield self.page
            return
        context = self._new_context(scripts=True)
        page, text = context.new_page(), _SCRIPT.sub("", self.page.content())
        page.route(self.page.url, lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
        page.goto(self.page.url)
        yield page
        context.close()

    def _new_context(self, scripts: bool) -> BrowserContext:
        mode = self.mode
        return self._chromium.new_context(
            base_url=self.address, viewport={"width": mode.width, "height": mode.height}, color_scheme=mode.scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
        )  # fmt: skip

    def _on_request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._loaded.clear()
        if not request.url.startswith((self.address + "/", "data:", "about:")):
            self._asked.append(request.url)

    def _on_response(self, response: Response) -> None:
        if not 300 <= response.status < 400 and response.url.startswith("http"):
            self._loaded[response.url] = response

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self._complaints.append(message.text)
