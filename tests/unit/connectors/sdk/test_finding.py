"""Connectors are found by name, in a vendor's folder, or as one file."""

import pytest

from hub.connectors.sdk import found, load
from hub.errors import Refused

DOOR = """
from pathlib import Path

from hub.connectors.sdk import read_manifest
from .parts import NAME

class Made:
    name = NAME
    manifest = read_manifest(Path(__file__).parent / "manifest.toml")
    mapper = source = sink = None

def connector(file=None):
    return Made()
"""


MANIFEST = """
name = "vendor-x"
owner = "nobody"
direction = "in"
transport = "folder"
dialect = "invented for tests"
certainty = "synthetic"
grades = [1]
"""


def a_folder(at, door=DOOR):
    """Write a vendor's folder with two modules."""
    folder = at / "vendor_x"
    folder.mkdir()
    (folder / "manifest.toml").write_text(MANIFEST, "utf-8")
    (folder / "__init__.py").write_text(door, "utf-8")
    (folder / "parts.py").write_text('NAME = "of the vendor"', "utf-8")
    return folder


def test_every_folder_with_a_manifest_is_found_by_its_name():
    """Dashes for underscores, and nothing that is shared."""
    names = found()
    assert {"csdl-c1", "jsonl", "vnedu-primary", "vnedu-secondary"} <= names.keys()
    assert {"sdk", "mapping", "pupil-list"}.isdisjoint(names)
    assert all((folder / "manifest.toml").is_file() for folder in names.values())


def test_the_folder_of_a_vendor_is_a_package_of_its_own(tmp_path):
    """Its modules import each other, and asked for again it is the same."""
    folder = a_folder(tmp_path)
    assert load(folder).name == "of the vendor"
    assert type(load(str(folder))) is type(load(folder))


@pytest.mark.parametrize(
    ("door", "reason"),
    [("x = 1", "connector()"), ("def connector(:", "SyntaxError"), ("1 / 0", "ZeroDivisionError"),
     ("from . import nothing_there", "ImportError")],
)  # fmt: skip
def test_a_folder_that_cannot_be_imported_is_refused_with_the_reason(tmp_path, door, reason):
    """A vendor sees what is wrong; a builtin error does not cross the door."""
    with pytest.raises(Refused) as raised:
        load(a_folder(tmp_path, door))
    assert (raised.value.code, raised.value.facts["file"]) == ("MANIFEST_WRONG", "vendor_x")
    assert reason in raised.value.facts["reason"]


@pytest.mark.parametrize("name", ["jsonll", "/nowhere/jsonll", "jsonll.toml", ""])
def test_an_unknown_connector_is_refused_with_the_nearest(name):
    """Or with all that there are."""
    with pytest.raises(Refused) as raised:
        load(name)
    assert raised.value.code == "CONNECTOR_UNKNOWN"
    assert "jsonl" in raised.value.facts["proposal"]


def test_a_connector_of_sealed_records_that_cannot_be_checked_is_refused(tmp_path):
    """Without its kept mappings and its reader nobody could look at its sources again."""
    folder = a_folder(tmp_path)
    sealed = MANIFEST + 'evidence = "derived"\nsystem = "vendor-x"\n'
    (folder / "manifest.toml").write_text(sealed, "utf-8")
    with pytest.raises(Refused) as raised:
        load(folder)
    assert (raised.value.code, raised.value.facts["reason"]) == (
        "MANIFEST_WRONG",
        "evidence = derived needs mappings, rows",
    )
