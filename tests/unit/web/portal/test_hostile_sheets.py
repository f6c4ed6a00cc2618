"""The portal's checker, in its child process, calls no hostile sheet valid."""

from hub.print import SHEET_BYTES_MAX
from hub.web.portal import Checker
from tests.unit.evidence import builders
from tests.unit.print.hostile import hostile
from tests.unit.print.sheets import good_sheet


def test_portal_calls_no_hostile_sheet_valid() -> None:
    """The good one is its measure, before and after; a file beyond the bound never comes so far."""
    checker = Checker(builders.roots("registrar"))
    try:
        checker.warm()
        assert checker.check(good_sheet())["verdict"] == "valid"
        sheets = {name: pdf for name, (pdf, _) in hostile().items() if len(pdf) < SHEET_BYTES_MAX}
        found = {name: checker.check(pdf)["verdict"] for name, pdf in sheets.items()}
        assert set(found.values()) == {"invalid"}
        assert len(found) > 50
        assert checker.check(good_sheet())["verdict"] == "valid"
    finally:
        checker.close()
