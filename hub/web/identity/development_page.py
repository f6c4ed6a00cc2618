"""The one page of the development provider; it says on top that nothing is proved by it."""

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["choosing_page"]

_PAGES = Environment(
    loader=PackageLoader("hub.web.identity"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def choosing_page(kept: Mapping[str, str], wrong: str = "") -> str:
    """Return the page; `kept` goes back with the form, `wrong` is "", "number" or "client"."""
    return _PAGES.get_template("choosing.html").render(kept=kept, wrong=wrong)
