"""Provinces that do not know each other, connected as they are: the demonstration, from systems back into systems."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SOS = ("ha-noi", "hai-phong", "khanh-hoa")
_TIMEOUT_S = 420
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def balance() -> Iterator[dict[str, Any]]:
    """The last line of the demonstration, played once."""
    with tempfile.TemporaryDirectory(prefix="hub-provinces-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)  # the database's own user walks in
        command = [sys.executable, "-m", "hub.cli", "demo", "--provinces", ",".join(SOS), "--json"]
        done = subprocess.run(
            [*command, "--data", f"{made}/data"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
            cwd=_ROOT,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout[-2_000:]}\n{done.stderr[-6_000:]}"
        yield json.loads(done.stdout.splitlines()[-1])


def test_every_record_of_every_province_is_in_one_place(balance: dict[str, Any]) -> None:
    """Nothing lost, nothing doubled: what connectors pulled is locked, or a reason stands beside it."""
    assert (balance["lost"], balance["doubled"], balance["open"]) == (0, 0, 0)
    assert set(balance["provinces"]) == set(SOS)
    for told in balance["provinces"].values():
        ended = ("locked", "refused", "turned_down", "held_back", "unchanged", "overtaken", "replaced")
        assert told["pulled"] == sum(told[state] for state in ended)
        assert told["locked"] > 0
        for state in ("refused", "turned_down", "held_back"):
            assert sum(told["reasons"].get(state, {}).values()) == told[state]
    assert sum(told["locked"] for told in balance["provinces"].values()) == balance["locked"]


def test_clerk_who_changes_records_is_answered_with_the_reason(balance: dict[str, Any]) -> None:
    """Of a code that no table has, and of a transcript that is locked; a change before the lock takes effect."""
    told = balance["provinces"]["hai-phong"]
    assert told["reasons"]["refused"] == {"CONNECTOR_RECORD_LOCKED": 1, "MAPPING_CODE_UNKNOWN": 1}
    assert told["replaced"] == 1


def test_records_from_before_the_merger_are_held_back(balance: dict[str, Any]) -> None:
    """They belong to a Sở that this hub does not serve; its province is not guessed."""
    told = balance["provinces"]["hai-phong"]
    assert told["held_back"] > 0
    assert told["reasons"]["held_back"] == {"CONNECTOR_SO_NOT_SERVED": told["held_back"]}


def test_every_answer_comes_back_into_its_system(balance: dict[str, Any]) -> None:
    """Receipts, one correction and the pupils who come from another school, in each province's own form."""
    for told in balance["provinces"].values():
        assert all(told["answers"].values())
        assert told["answers_in_system"] > 0


def test_loss_reports_name_what_the_manifest_does_not_declare(balance: dict[str, Any]) -> None:
    """A field that a system adds in June is told, once; the native province loses nothing at all."""
    provinces = balance["provinces"]
    assert {so: told["undeclared"] for so, told in provinces.items()} == {"ha-noi": 0, "hai-phong": 1, "khanh-hoa": 0}
    assert provinces["ha-noi"]["losses"] == []
