"""`hub connector` and `hub sign --submissions`, as people type them; no server."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.cli import main
from hub.client import kept_outbounds
from hub.connect import add_signal, read_instance
from hub.errors import Refused
from tests.unit.client.builders import a_batch, sign_all, signer
from tests.unit.connect.world import World, a_pupil, a_value

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Run one command; returns exit code, output and what was told beside it."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hub", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one connector that has worked: one batch waits, one record was refused."""
    world = World(tmp_path).start()
    world.system.put("k", a_value(a_pupil(1), losses=[["dropped", "ghi_chu"]]))
    world.system.put("bad", a_value(None, codes=["SCHOOL_UNKNOWN"]))
    world.work()
    world.state.close()
    return tmp_path


def test_status_tells_state_losses_batches_and_refusals(typed: Typed, data: Path) -> None:
    """For machines and for people; a degraded one ends with 1."""
    options = ("--losses", "--batches", "--refused", "--data", data)
    code, out, _ = typed("connector", "status", "tinh", *options, "--json")
    shown = json.loads(out)
    assert (code, shown["state"], shown["alive"]) == (1, "DEGRADED", False)
    assert shown["records"] == {"batched": 1, "refused": 1}
    assert shown["losses"][0]["path"] == "ghi_chu"
    assert shown["batches"][0]["missing"] == {"homeroom_teacher": 1, "principal": 1, "school_seal": 1}
    assert shown["refused"][0]["codes"] == ["SCHOOL_UNKNOWN"]
    code, out, _ = typed("connector", "status", *options)
    assert code == 1
    assert "not running" in out
    assert "UNDECLARED" in out


def test_status_names_no_pupil(typed: Typed, data: Path) -> None:
    """Neither by name nor by number."""
    _, out, _ = typed("connector", "status", "--losses", "--batches", "--refused", "--data", data, "--json")
    assert "Nguyễn" not in out
    assert "001217" not in out


def test_status_is_refused_when_no_connector_ever_ran(typed: Typed, tmp_path: Path) -> None:
    """An empty answer would look like all is well; this may be the wrong data folder."""
    code, _, err = typed("connector", "status", "--data", tmp_path)
    assert (code, "CONNECTOR_STATE_MISSING" in err) == (2, True)


@pytest.mark.parametrize(("signal", "code"), [("show", 1), ("pause", 0)])
def test_status_ends_with_one_when_nothing_runs_that_nobody_paused(
    typed: Typed, tmp_path: Path, signal: str, code: int
) -> None:
    """Its last heartbeat is long ago: what it says of itself is not true any more."""
    world = World(tmp_path).start()
    if signal == "pause":
        add_signal(world.state, signal, "2026-06-15T03:00:00Z")
    world.work()
    world.state.close()
    assert typed("connector", "status", "tinh", "--data", tmp_path)[0] == code


def test_signal_is_written_and_told(typed: Typed, data: Path) -> None:
    """It is obeyed when the connector runs."""
    code, out, err = typed("connector", "signal", "tinh", "resend", "--refused", "--data", data, "--json")
    assert (code, json.loads(out)["kind"]) == (0, "resend")
    assert "CONNECTOR_NOT_RUNNING" in err
    code, out, _ = typed("connector", "signal", "tinh", "show", "--data", data)
    assert "resend" in out


@pytest.mark.parametrize("command", [("status", "khac"), ("signal", "khac", "pause"), ("run", "khac")])
def test_unknown_connector_is_refused(typed: Typed, data: Path, command: tuple[str, ...]) -> None:
    """With what there is instead."""
    code, _, err = typed("connector", *command, "--data", data)
    assert code == 2
    assert "CONNECTOR_" in err


@pytest.mark.parametrize(
    "text",
    [
        "so = ", "so = 1", 'poll_s = "nhanh"', "poll_s = nan", "settle_s = true", 'setle_s = "5"', 'http = "x"',
        '[htttp]\nbase_url = "https://tinh.example"', '[folder]\npath = "x"\nroot = "y"',
    ],
)  # fmt: skip
def test_broken_instance_is_refused(typed: Typed, data: Path, text: str) -> None:
    """Before anything starts."""
    (data / "connectors" / "tinh" / "connector.toml").write_text(text, encoding="utf-8")
    code, _, err = typed("connector", "run", "tinh", "--data", data)
    assert (code, "CONNECTOR_INSTANCE_WRONG" in err) == (2, True)


@pytest.mark.parametrize(("text", "meant"), [
    ('conector = "x"', "connector"),
    ('[http]\nbase_url = "https://tinh.example"\nclient_secret = "hunter2"', "client_secret_file"),
    ('[sftp]\nhost = "a"\nusername = "b"\nclient_key = "c"\nknown_host = "d"', "known_hosts"),
    ('[transfers]\nroots = "r"\n[[transfers.school]]\nschool = "1"\nkey = "k"\npassword_file = "p"', "key_file"),
    ('[transfer]\nroots = "hunter2"', "transfers"),
])  # fmt: skip
def test_misspelt_key_of_an_instance_is_refused(tmp_path: Path, text: str, meant: str) -> None:
    """With the one that may be meant, and without what stands in it, which may be a secret."""
    (tmp_path / "connector.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match="CONNECTOR_INSTANCE_WRONG") as refused:
        read_instance(tmp_path)
    assert f"did you mean {meant}?" in refused.value.facts["reason"]
    assert "hunter2" not in refused.value.facts["reason"]


def test_table_of_a_vendors_own_is_left_to_its_connector(tmp_path: Path) -> None:
    """The file says what the hub knows, and whatever else a connector asks for."""
    (tmp_path / "connector.toml").write_text('take = "gui/*/2026/*.xlsx"\n[soap]\nport = 1\n', encoding="utf-8")
    assert read_instance(tmp_path) == {"take": "gui/*/2026/*.xlsx", "soap": {"port": 1}}


def test_known_connector_is_refused_when_it_has_no_settings(typed: Typed, data: Path) -> None:
    """The file that is wanted is named, and nothing is made in a data folder that may be the wrong one."""
    code, _, err = typed("connector", "run", "hai-phong", "--data", data)
    assert (code, "hai-phong/connector.toml" in err) == (2, True)
    assert not (data / "connectors" / "hai-phong").exists()


def test_last_signature_may_sign_the_submissions_too(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again they are signed alone; a teacher cannot."""
    monkeypatch.setattr("hub.cli.sign.load_key", lambda *_: signer("school_seal"))
    batch = sign_all(a_batch(tmp_path), ("homeroom_teacher", "principal"))
    sign = ("sign", batch.folder, "--key", tmp_path / "x.p12", "--submissions", "--json")
    code, _, err = typed(*sign, "--role", "homeroom_teacher")
    assert (code, "OPTION_WRONG" in err) == (2, True)
    for count in (1, 0):
        code, out, _ = typed(*sign, "--role", "school_seal")
        assert (code, json.loads(out)["submissions"]) == (0, count)
    assert kept_outbounds(batch, "ha-noi") is not None


def test_sign_tells_first_what_the_mapping_guessed(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes and counts, for machines too; the report has the places."""
    monkeypatch.setattr("hub.cli.sign.load_key", lambda *_: signer("homeroom_teacher"))
    world = World(tmp_path).start()
    world.system.put("k", a_value(a_pupil(1), codes=["MAPPING_GUESSED"]))
    world.work()
    world.state.close()
    sign = ("sign", world.waiting()[0], "--key", tmp_path / "x.p12", "--role")
    code, out, _ = typed(*sign, "homeroom_teacher")
    assert code == 0
    assert out.index("MAPPING_GUESSED × 1") < out.index("homeroom_teacher:")
    monkeypatch.setattr("hub.cli.sign.load_key", lambda *_: signer("principal"))
    code, out, _ = typed(*sign, "principal", "--json")
    assert (json.loads(out)["findings"], json.loads(out)["replaces"]) == ({"MAPPING_GUESSED": 1}, 0)
    _, out, _ = typed("connector", "status", "--batches", "--data", tmp_path)
    assert "MAPPING_GUESSED × 1" in out
