"""`hub mapping`: kept versions with their hashes, what one makes of a source, and at which paths two differ."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from hub.cli import main
from hub.cli.mapping import app
from hub.client import mapping_inputs
from hub.connectors.mapping import kept_mappings
from hub.connectors.mapping.kept import rules_sha256
from hub.connectors.sdk import SourceRecord, extract_bytes
from hub.connectors.sdk.finding import found
from tests.unit.connectors.mapping.kept_files import a_row, a_sealed_connector, a_version, pin
from tests.unit.connectors.signed.signing_world import signer

READS_XML = """
import xml.etree.ElementTree as tree
from hub.connectors.sdk import SourceRecord

def extract_record(data):
    value = {part.tag.partition("}")[2]: part.text for part in tree.fromstring(data)}
    return SourceRecord(value["ma"], "1", "lo.xml!1", value)

"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def connector(tmp_path: Path) -> Path:
    """Return the folder of a connector with two kept mappings."""
    return Path(a_sealed_connector(tmp_path))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command; returns exit code, output and what was told beside it."""

    def typed(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hub", "mapping", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return typed


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _reading_xml(door: str) -> str:
    return door.replace("extract_record, ", "") + READS_XML


def _file(folder: Path, value: object, name: str = "ho-so.json") -> Path:
    path = folder / name
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode())
    return path


def test_list_names_every_version_with_its_hash_and_the_one_for_new_records(run: Run, connector: Path) -> None:
    """The hash is what a seal names."""
    code, out, _ = run("list", connector, "--json")
    kept = kept_mappings(connector / "mappings", "so-thu")
    assert code == 0
    assert _lines(out) == [
        {"mapping": one.name, "current": one.version == "2", "evidence": "attested", "sha256": one.sha256}
        for one in kept
    ]
    code, out, _ = run("list", connector)
    assert (code, "so-thu/2" in out, "✓" in out) == (0, True, True)


def test_list_goes_on_beside_a_connector_whose_published_mapping_was_changed(
    run: Run, tmp_path: Path, connector: Path
) -> None:
    """It is told, and the command ends as for a broken invariant."""
    broken = Path(a_sealed_connector(tmp_path, "so-hong"))
    (broken / "mappings" / "1" / "tables.toml").write_text("", "utf-8")
    code, out, err = run("list", broken, connector, "--json")
    assert (code, [row["mapping"] for row in _lines(out)]) == (4, ["so-thu/1", "so-thu/2"])
    assert "MAPPING_CHANGED" in err
    assert "so-hong/1" in err


def test_list_alone_lists_the_connectors_that_come_with_the_hub(run: Run) -> None:
    """Those that keep mappings; none of them is broken."""
    code, out, err = run("list", "--json")
    assert (code, err) == (0, "")
    assert all("/" in row["mapping"] for row in _lines(out))


def test_run_shows_the_document_that_the_named_version_makes(run: Run, connector: Path, tmp_path: Path) -> None:
    """The old version goes on making what it made."""
    path = _file(tmp_path, a_row(dien_thoai="0900"))
    made = {}
    for version in ("1", "2"):
        code, out, err = run("run", f"{connector}/{version}", path, "--json")
        (row,) = _lines(out)
        assert (code, row["key"], row["mapping"]) == (0, "TG-1", f"so-thu/{version}")
        assert [found["code"] for found in row["findings"]] == ["MAPPING_FIELD_UNKNOWN"]
        assert row["losses"] == ["dropped dien_thoai"]
        assert "1 học bạ/documents" in err
        made[version] = row["document"]["student"]["gender"]
    assert made == {"1": "female", "2": "male"}


def test_run_reads_an_extract_a_list_and_the_records_of_a_golden_file(
    run: Run, connector: Path, tmp_path: Path
) -> None:
    """An extract is read as a verifier reads it: by the connector, with its own key."""
    extract = extract_bytes("he-thong", SourceRecord("K-7", "v", "", a_row()))
    files = (
        _file(tmp_path, extract, "a.json"), _file(tmp_path, [a_row(), a_row(ma="TG-2")], "b.json"),
        _file(tmp_path, {"schools": [], "records": [a_row(ma="TG-3")]}, "c.json"),
        _file(tmp_path, b"\xef\xbb\xbf" + json.dumps(a_row(ma="TG-4")).encode(), "d.json"),
    )  # fmt: skip
    code, out, _ = run("run", f"{connector}/1", *files, "--json")
    assert (code, [row["key"] for row in _lines(out)]) == (0, ["K-7", "TG-1", "TG-2", "TG-3", "TG-4"])


def test_run_ends_with_one_where_a_record_makes_no_document(run: Run, connector: Path, tmp_path: Path) -> None:
    """The record's fault is told; the others are made."""
    path = _file(tmp_path, [a_row(gioi="7"), a_row()])
    code, out, err = run("run", f"{connector}/1", path, "--json")
    refused, made = _lines(out)
    assert code == 1
    assert (refused["document"], [found["code"] for found in refused["findings"]]) == (None, ["MAPPING_CODE_UNKNOWN"])
    assert made["document"] is not None
    assert "1 bị từ chối/refused" in err
    code, out, _ = run("run", f"{connector}/1", path)
    assert (code, "MAPPING_CODE_UNKNOWN" in out, '"gender": "female"' in out) == (1, True, True)


def test_diff_lists_exactly_the_paths_at_which_two_versions_differ(run: Run, connector: Path, tmp_path: Path) -> None:
    """With both values; of a record that is equal under both, nothing."""
    (connector / "mappings" / "2" / "mapping.toml").unlink()
    (connector / "mappings" / "2" / "tables.toml").unlink()
    (connector / "mappings" / "2").rmdir()
    second = a_version(connector / "mappings", "2", remarks="ghi_chu", one="male", two="female")
    pin(connector / "mappings", v1=kept_first(connector), v2=second)
    path = _file(tmp_path, [a_row(ghi_chu="Khá."), a_row(ma="TG-2", nhan_xet=None)])
    code, out, err = run("diff", f"{connector}/1", f"{connector}/2", "--inputs", path, "--json")
    (row,) = _lines(out)
    assert code == 0
    assert row["differences"] == [{"path": "$.remarks", "old": "Chăm ngoan.", "new": "Khá."}]
    assert row["told_old"] == ["MAPPING_FIELD_UNKNOWN ghi_chu", "dropped ghi_chu"]
    assert row["told_new"] == ["MAPPING_FIELD_UNKNOWN nhan_xet", "dropped nhan_xet"]
    assert "2 hồ sơ/records · 1 như nhau/equal · 1 khác/different" in err
    assert "1 $.remarks" in err


def kept_first(connector: Path) -> str:
    """Return the pin of version 1 as it stands."""
    (line,) = (line for line in (connector / "mappings" / "pins.toml").read_text().splitlines() if line[0] == "1")
    return line.split('"')[1]


def test_diff_of_a_version_with_itself_shows_nothing(run: Run, connector: Path, tmp_path: Path) -> None:
    """Only the sums."""
    path = _file(tmp_path, [a_row(), a_row(gioi="7")])
    code, out, err = run("diff", f"{connector}/1", f"{connector}/1", "--inputs", path, path, "--json")
    assert (code, out) == (0, "")
    assert "4 hồ sơ/records · 4 như nhau/equal · 0 khác/different" in err


def test_diff_for_people_shows_paths_with_both_values(run: Run, connector: Path, tmp_path: Path) -> None:
    """One line a path, and how often each."""
    code, out, _ = run("diff", f"{connector}/1", f"{connector}/2", "--inputs", _file(tmp_path, a_row()))
    assert code == 0
    assert '$.student.gender: "female" → "male"' in out
    assert "1 $.student.gender" in out


def test_diff_says_where_only_one_version_makes_a_document(run: Run, connector: Path, tmp_path: Path) -> None:
    """At `$`, with the document that there is."""
    rows = connector / "mappings" / "3"
    a_version(connector / "mappings", "3", one="male", two="female")
    text = (rows / "mapping.toml").read_text().replace('from = "xep_loai"', 'from = "xep_loai_moi", required = true')
    (rows / "mapping.toml").write_text(text)
    digest = rules_sha256((text.encode(), (rows / "tables.toml").read_bytes()))
    pins = (connector / "mappings" / "pins.toml").read_text()
    (connector / "mappings" / "pins.toml").write_text(f'{pins}3 = "{digest}"\n')
    path = _file(tmp_path, a_row())
    code, out, _ = run("diff", f"{connector}/1", f"{connector}/3", "--inputs", path, "--json")
    (row,) = _lines(out)
    ((difference),) = row["differences"]
    assert (code, difference["path"], difference["new"]) == (0, "$", None)
    assert difference["old"]["student"]["name"] == "Nguyễn Thị Ánh"
    assert any(told.startswith("MAPPING_FIELD_MISSING") for told in row["told_new"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe", "JSON_WRONG"), (b'{"ma": 1', "JSON_WRONG"), (b'{"a": 1, "a": 2}', "JSON_WRONG"),
        (b"[1]", "JSON_WRONG"), (b"3", "JSON_WRONG"), (b"[" * 100_000, "JSON_WRONG"),
        (b'{"type": "vn.hocba.extract/1"}', "SOURCE_EXTRACT_WRONG"), (b"", "JSON_WRONG"),
    ],
)  # fmt: skip
def test_an_input_that_cannot_be_read_is_told_and_the_others_go_on(
    run: Run, connector: Path, tmp_path: Path, data: bytes, code: str
) -> None:
    """With its code in its place; the command ends with 2."""
    bad, good = _file(tmp_path, data, "bad.json"), _file(tmp_path, a_row(), "good.json")
    for arguments in (("run", f"{connector}/1", bad, good), ("diff", *[f"{connector}/1"] * 2, "--inputs", bad, good)):
        left, out, err = run(*arguments, "--json")
        told = _lines(out)[0]
        assert (left, told["file"], told["verdict"]) == (2, "bad.json", "unreadable")
        assert [found["code"] for found in told["findings"]] == [code]
        assert "1 học bạ" in err or "1 hồ sơ" in err


def test_an_input_too_large_or_not_there_is_told(
    run: Run, connector: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is read to its end."""
    monkeypatch.setattr(mapping_inputs, "FILE_BYTES_MAX", 10)
    files = (_file(tmp_path, a_row()), tmp_path / "nothing.json", tmp_path)
    code, out, _ = run("run", f"{connector}/1", *files, "--json")
    told = [row["findings"][0]["code"] for row in _lines(out)]
    assert (code, told) == (2, ["FILE_TOO_LARGE", "FILE_UNREADABLE", "FILE_UNREADABLE"])


def test_signed_xml_is_read_only_as_far_as_the_named_certificate_signed_it(
    run: Run, connector: Path, tmp_path: Path
) -> None:
    """Without it, or with another one, nothing of the file is read."""
    (connector / "__init__.py").write_text(_reading_xml((connector / "__init__.py").read_text("utf-8")), "utf-8")
    ours, other = signer(), signer("RSA")
    xml = "".join(f"<{name}>{value}</{name}>" for name, value in a_row(mon=None).items())
    path = _file(tmp_path, ours.sign(f'<lo xmlns="urn:thu">{xml}</lo>'.encode()), "lo.xml")
    pem = _file(tmp_path, ours.certificate.public_bytes(Encoding.PEM), "ours.pem")
    der = _file(tmp_path, other.der, "other.der")
    code, out, _ = run("run", f"{connector}/1", path, "--signer", pem, "--json")
    assert (code, _lines(out)[0]["document"]["student"]["gender"]) == (0, "female")
    said = {}
    for option in ((), ("--signer", der)):
        code, out, _ = run("run", f"{connector}/1", path, *option, "--json")
        said[len(option)] = (code, _lines(out)[0]["findings"][0]["code"])
    assert said == {0: (2, "OPTION_MISSING"), 2: (2, "SOURCE_CERTIFICATE_UNKNOWN")}
    code, _, err = run("run", f"{connector}/1", path, "--signer", path)
    assert (code, "OPTION_WRONG" in err) == (2, True)


@pytest.mark.parametrize(
    ("name", "said"),
    [("{}/3", "MAPPING_UNKNOWN"), ("{}/01", "MAPPING_UNKNOWN"), ("ha-noi/1", "MAPPING_UNKNOWN"), ("2", "OPTION_WRONG"),
     ("tien-gang/1", "CONNECTOR_UNKNOWN"), ("/1", "OPTION_WRONG"), ("{}/\x1b[2J", "MAPPING_UNKNOWN")],
)  # fmt: skip
def test_a_mapping_that_is_not_kept_is_refused_with_those_that_are(
    run: Run, connector: Path, tmp_path: Path, name: str, said: str
) -> None:
    """Before a file is read."""
    code, out, err = run("run", name.format(connector), tmp_path / "nothing.json")
    assert (code, out) == (2, "")
    assert said in err
    assert "\x1b" not in err


def test_diff_refuses_mappings_of_two_systems(run: Run, connector: Path, tmp_path: Path) -> None:
    """One reads what the other cannot."""
    other = a_sealed_connector(tmp_path, "so-khac")
    code, _, err = run("diff", f"{connector}/1", f"{other}/1", "--inputs", _file(tmp_path, a_row()))
    assert (code, "OPTION_WRONG" in err) == (2, True)


def test_every_command_is_explained() -> None:
    """With the exit codes, as of every group."""
    assert {command.name for command in app.registered_commands} == {"list", "run", "diff"}
    assert all(command.epilog for command in app.registered_commands)


def test_diff_of_the_kept_mappings_of_tien_giang_lists_what_the_second_corrected(run: Run) -> None:
    """A signed class file: the remark that version 1 dropped, and the level that it took for another."""
    golden = found()["tien-giang"] / "golden"
    inputs = ("--inputs", golden / "lop-5a.xml", golden / "lop-7b.xml", "--signer", golden / "he-thong.pem")
    code, out, err = run("diff", "tien-giang/1", "tien-giang/2", *inputs, "--json")
    differing = {
        row["file"]: {each["path"]: (each["old"], each["new"]) for each in row["differences"]} for row in _lines(out)
    }
    assert (code, differing) == (0, {
        "lop-5a.xml": {
            "$.remarks": (None, "Em học tốt, biết giúp đỡ bạn."), "$.subjects[TOAN].level": ("H", "T"),
        },
        "lop-7b.xml": {"$.remarks": (None, "Chăm ngoan.")},
    })  # fmt: skip
    assert "3 hồ sơ/records · 1 như nhau/equal · 2 khác/different" in err
