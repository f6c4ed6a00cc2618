"""How a family comes in: by its slip, and by the log-ins of those whose consent is needed."""

from tests.browser.browsing import Visitor
from tests.browser.story import Family

__all__ = ["log_in", "look_up"]


def look_up(reader: Visitor, of: Family, secret: str = "") -> None:
    """Fill in the slip and send it; where scripts run, its QR code has filled in what it carries."""
    if reader.mode.scripts:
        reader.go("about:blank")
        reader.go(f"/#{of.locator}.{(secret or of.secret).replace('-', '')}")
        assert reader.page.input_value("#ma-tra-cuu") == of.locator
        assert "#" not in reader.page.url
    else:
        reader.go("/")
        reader.page.fill("#ma-tra-cuu", of.locator)
        reader.page.fill("#ma-bi-mat", secret or of.secret)
    reader.page.fill("#ngay-sinh", of.born)
    reader.press("#tra-cuu button")


def log_in(reader: Visitor, party: str, personal_id: str, back: str = "/chia-se") -> None:
    """Say who one is at the development log-in, and go on until the portal's page that led there is open."""
    reader.page.check(f"input[value={party}]")
    reader.page.fill("#so-dinh-danh", personal_id)
    reader.press("button")
    if reader.page.locator("main a.button").count():  # a browser that brought no cookie from elsewhere is asked
        reader.press("main a.button")
    reader.page.wait_for_url(f"**{back}")
