"""`python -m tests.browser.screens`: pictures of the main pages, of invented people, into docs/screens."""

import shutil
import sys
from pathlib import Path

from tests.browser.browsing import MODES, Mode, Visitor, browser
from tests.browser.serving import served
from tests.browser.walk import walk

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
_PHONE, _DESK = MODES[0], Mode("desk", 1280, 900, True, "light", "vi")
PICTURES = {  # file: page of the walk, and how it is read
    "look-up.png": ("look-up", _PHONE),
    "history.png": ("history", _PHONE),
    "year.png": ("year", _DESK),
    "verdict.png": ("sheet that is valid", _PHONE),
    "shares.png": ("shares", _DESK),
}


def main() -> int:
    """Walk once in each way of reading; take the pictures on the way."""
    if shutil.which("chromium") is None:
        sys.stderr.write("chromium is not installed: make judges\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with browser() as chromium:
        for mode in (_PHONE, _DESK):
            with served() as (_, address):
                reader = Visitor(chromium, address, mode)
                for page in walk(reader):
                    for file in (file for file, wanted in PICTURES.items() if wanted == (page, mode)):
                        (FOLDER / file).write_bytes(reader.picture())
                reader.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
