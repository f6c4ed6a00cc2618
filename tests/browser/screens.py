"""`python -m tests.browser.screens [FOLDER]`: pictures of a real hub's pages, of invented people, into docs/screens.

With a folder: every page as a whole into it, on a phone and a desk, light and dark.
"""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.browser.browsing import Mode, Visitor, browser
from tests.browser.story import a_place
from tests.browser.walk import walk

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
PHONE, DESK = Mode("phone", 360, 740, True, "light", "vi"), Mode("desk", 1180, 860, True, "light", "vi")
PHONE_DARK, DESK_DARK = (
    Mode("phone-dark", 360, 740, True, "dark", "vi"),
    Mode("desk-dark", 1180, 860, True, "dark", "vi"),
)
PICTURES = {  # file: page of the walk, and how it is read
    "look-up.png": ("look-up", PHONE),
    "history.png": ("history", PHONE),
    "year-phone.png": ("year at another school", PHONE_DARK),
    "verdict.png": ("sheet that is valid", PHONE),
    "changed.png": ("sheet with one byte changed", PHONE),
    "who-looked.png": ("who looked", PHONE_DARK),
    "history-desk.png": ("history", DESK),
    "year.png": ("year at another school", DESK),
    "shares.png": ("shares", DESK),
    "received.png": ("share received", DESK_DARK),
    "transfer-desk.png": ("transfer with consent", DESK),
}


def main(folder: Path | None) -> int:
    """Walk once in each way of reading; take the pictures on the way."""
    if shutil.which("chromium") is None:
        sys.stderr.write("chromium is not installed: make judges\n")
        return 1
    with browser() as chromium, a_place() as place:
        for mode in (PHONE, PHONE_DARK, DESK, DESK_DARK):
            family, recipient = (Visitor(chromium, place.address, mode) for _ in range(2))
            for page, reader in walk(family, recipient, place.family, datetime.now(UTC)):
                _take(reader, page, mode, folder)
            family.close()
            recipient.close()
    return 0


def _take(reader: Visitor, page: str, mode: Mode, folder: Path | None) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{mode.name} {page}.png".replace(" ", "-")).write_bytes(reader.picture(whole=True))
        return
    FOLDER.mkdir(exist_ok=True)
    for file in (file for file, wanted in PICTURES.items() if wanted == (page, mode)):
        (FOLDER / file).write_bytes(reader.picture())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
