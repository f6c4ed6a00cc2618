"""Kept mappings: every version that was published is there, is what its pin says, and is found by its name."""

from hashlib import sha256

import pytest

from hub.connectors.mapping import kept_mappings, kept_named
from hub.connectors.mapping.kept import FILES, PINS, rules_sha256
from hub.connectors.sdk import found, load
from hub.errors import Corrupt, Refused
from tests.unit.connectors.mapping.kept_files import a_version, pin, two_versions


def refused(folder, kind, code):
    """Read a folder that must not be taken; return the facts."""
    with pytest.raises(kind) as raised:
        kept_mappings(folder, "tien-giang")
    assert raised.value.code == code
    return raised.value.facts


def test_every_connector_has_every_version_that_its_pins_name():
    """A published version that was changed or removed fails here; new records get the newest."""
    for name, folder in found().items():
        if not (folder / "mappings").exists():
            continue
        kept = kept_mappings(folder / "mappings", name)
        assert kept, name
        connector = load(name)
        assert [(one.name, one.sha256) for one in connector.mappings] == [(one.name, one.sha256) for one in kept]
        assert connector.mapper.version == kept[-1].version, name
        for one in kept:
            assert {path.name for path in (folder / "mappings" / one.version).iterdir()} == set(FILES), one.name


def test_versions_come_in_their_order_with_name_and_hash(tmp_path):
    """10 is after 9; the last one is for new records."""
    pins = {f"v{number}": a_version(tmp_path, str(number)) for number in (9, 10, 2)}
    pin(tmp_path, **pins)
    kept = kept_mappings(tmp_path, "tien-giang")
    assert [one.name for one in kept] == ["tien-giang/2", "tien-giang/9", "tien-giang/10"]
    assert [one.sha256 for one in kept] == [pins["v2"], pins["v9"], pins["v10"]]
    assert [one.mapper.version for one in kept] == [one.version for one in kept] == ["2", "9", "10"]


def test_the_hash_is_over_a_fixed_line_and_both_files_with_their_lengths():
    """Bytes cannot move from one file into the other unnoticed."""
    framed = b"vn.hocba.mapping/1\n" + (3).to_bytes(8, "big") + b"abc" + (1).to_bytes(8, "big") + b"d"
    assert rules_sha256((b"abc", b"d")) == sha256(framed).hexdigest()
    assert rules_sha256((b"abc", b"d")) != rules_sha256((b"ab", b"cd"))


@pytest.mark.parametrize("file", FILES)
def test_a_version_with_one_byte_changed_is_not_run(tmp_path, file):
    """Not even a comment: what a record rests on is these bytes."""
    before = kept_mappings(two_versions(tmp_path), "tien-giang")[0].sha256
    with (tmp_path / "1" / file).open("a") as stream:
        stream.write("#")
    facts = refused(tmp_path, Corrupt, "MAPPING_CHANGED")
    assert (facts["mapping"], facts["pinned"]) == ("tien-giang/1", before)
    assert len(facts["found"]) == 64
    assert facts["found"] != before


def test_a_version_that_is_gone_or_has_no_pin_stops_the_connector(tmp_path):
    """Records may name it."""
    digest = a_version(tmp_path, "1")
    assert refused(tmp_path, Corrupt, "MAPPING_CHANGED") == {
        "mapping": "tien-giang/1", "pinned": "–", "found": digest
    }  # fmt: skip
    pin(tmp_path, v1=digest, v2=digest)
    assert refused(tmp_path, Corrupt, "MAPPING_CHANGED") == {
        "mapping": "tien-giang/2", "pinned": digest, "found": "–"
    }  # fmt: skip


def test_a_version_in_the_wrong_folder_is_refused(tmp_path):
    """The version in the file and that of the folder are one."""
    digest = a_version(tmp_path, "1")
    (tmp_path / "1").rename(tmp_path / "2")
    pin(tmp_path, v2=digest)
    assert "'1'" in refused(tmp_path, Refused, "MAPPING_FILE_WRONG")["reason"]


@pytest.mark.parametrize(
    "pins", ['1 = "AB"', "1 = 2", "a = 1 = 2", '01 = "' + "0" * 64 + '"', '"../1" = "' + "0" * 64 + '"', "\udcff"]
)
def test_pins_that_are_none_are_refused(tmp_path, pins):
    """A version is a number without leading zeros; a pin is 64 small hex digits."""
    (tmp_path / PINS).write_text(pins, "utf-8", "surrogateescape")
    assert refused(tmp_path, Refused, "MAPPING_FILE_WRONG")["file"].endswith(PINS)


@pytest.mark.parametrize("name", ["v1", "0", "1.5", "١", "12345"])
def test_a_folder_that_is_no_version_is_refused(tmp_path, name):
    """A misnamed version would never be found by a record that names it."""
    (tmp_path / name).mkdir()
    assert name in refused(tmp_path, Refused, "MAPPING_FILE_WRONG")["reason"]


def test_a_version_without_one_of_its_files_is_refused(tmp_path):
    """With its name, and no path of this machine."""
    (two_versions(tmp_path) / "2" / FILES[1]).unlink()
    assert str(tmp_path) not in str(refused(tmp_path, Refused, "MAPPING_FILE_WRONG"))


def test_a_connector_without_kept_mappings_has_none(tmp_path):
    """Most connectors have no sealed records."""
    assert kept_mappings(tmp_path / "mappings", "hai-phong") == ()


def test_a_mapping_is_found_by_the_name_in_the_seal(tmp_path):
    """One that is not kept here is refused, with those that are."""
    kept = kept_mappings(two_versions(tmp_path), "tien-giang")
    assert kept_named(kept, "tien-giang/1") is kept[0]
    for name in ("tien-giang/3", "tien-giang/01", "nghe-an/1", "", "\x1b[2J"):
        with pytest.raises(Refused, match="MAPPING_UNKNOWN") as raised:
            kept_named(kept, name)
        assert raised.value.facts["known"] == "tien-giang/1, tien-giang/2"
        assert "\x1b" not in raised.value.facts["mapping"]
