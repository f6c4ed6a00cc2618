"""The checklist of docs/portal.md: each row of ASVS names a test that is there."""

import re
from pathlib import Path

import pytest

from hub.domain.slip import commitment_of
from hub.errors import Unavailable
from hub.evidence import Roots
from hub.web.portal import Checker, checking
from hub.web.portal.keys import stored_hmac
from tests.unit.print.sheets import good_sheet
from tests.unit.web.portal.world import LOCATOR, SECRET, SLIP_KEY, the_key

ROOT = Path(__file__).parents[4]
ROWS = re.findall(
    r"^\| (V[\d.]+) \| ([^|]+) \| `(\w+)` \|$", (ROOT / "docs/portal.md").read_text("utf-8"), re.MULTILINE
)
WANTED = {"V1.2.4", "V2.2.1", "V2.3.1", "V2.3.2", "V2.3.5", "V2.4.1", "V3.5.1", "V4.1.3", "V5.2.1", "V5.2.2", "V5.2.3",
          "V6.3.8", "V6.4.2", "V6.5.2", "V6.6.3", "V8.2.2", "V14.2.1", "V14.2.6", "V14.3.2", "V16.3.2",
          "V16.5.3"}  # fmt: skip


def test_checklist_has_the_rows_that_were_adopted() -> None:
    assert {row for row, _, _ in ROWS} >= WANTED


@pytest.mark.parametrize(("row", "name"), [(row, name) for row, _, name in ROWS])
def test_test_of_each_row_is_there(row: str, name: str) -> None:
    found = [path for path in (ROOT / "tests").rglob("test_*.py") if f"def {name}(" in path.read_text("utf-8")]
    assert found, f"{row}: {name}"


def test_key_holds_an_hmac_of_the_secret() -> None:
    """What goes to the database opens nothing for whoever reads it there, and is not shown when a key is printed."""
    key = the_key()
    assert key.commitment_hmac == stored_hmac(SLIP_KEY, commitment_of(LOCATOR, SECRET))
    assert key.commitment_hmac != stored_hmac(b"\0" * 32, commitment_of(LOCATOR, SECRET))
    assert "hmac" not in repr(key)
    assert "birth" not in repr(key)


def test_child_that_does_not_answer_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its silence is no verdict: the reader is asked to come again, and the next one gets a fresh child."""
    checker = Checker(Roots())
    assert checker.check(b"%PDF-1.7\n")["verdict"] == "invalid"
    first = checker._free[-1]._process
    monkeypatch.setattr(checking, "_TIME_S", 0.0)
    with pytest.raises(Unavailable, match="PORTAL_BUSY"):
        checker.check(good_sheet())
    monkeypatch.setattr(checking, "_TIME_S", 20.0)
    assert checker.check(b"%PDF-1.7\n")["verdict"] == "invalid"
    assert checker._free[-1]._process is not first
    checker.close()


def test_portal_whose_children_are_all_at_work_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_WAIT_S", 0.0)
    checker = Checker(Roots())
    with checker._child(), checker._child(), pytest.raises(Unavailable, match="PORTAL_BUSY"):
        checker.check(b"%PDF-1.7\n")
