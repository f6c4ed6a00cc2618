"""`hub quarantine` without servers: what it refuses before it asks, and that it shows nothing of a record."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import quarantine
from hub.errors import Refused
from hub.kafka.dead_letter import EntryId
from hub.operate import Held
from hub.operate.quarantine import Decided, Entry

ENTRY = EntryId("so-ha-noi", "validate", "hocba.so-ha-noi.command.v1", 3, 17)
AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
CANARY = "Nguyễn Thị Chim"


def a_held(**changes: Any) -> Held:
    fields: dict[str, Any] = {"withheld": False, "value_bytes": 20} | changes
    value = None if fields["withheld"] else f"{{{CANARY}}}".encode()
    entry = Entry(ENTRY, "MESSAGE_MAGIC", AT, fields["withheld"], 4, fields["value_bytes"], None, "open")
    headers = (("ce_id", b"1"), (CANARY, CANARY.encode()), ("null", None))
    decided = (Decided("redrive", AT, "lan", "sửa lỗi", None),)
    digest, head = (b"\1" * 32, CANARY.encode()) if value is None else (None, None)
    return Held(entry, CANARY.encode(), value, headers, {"magic": "7b"}, digest, head, decided)


@pytest.fixture(autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that needs none."""

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(slugs=("ha-noi",), bootstrap="nowhere")

    monkeypatch.setattr(quarantine, "connected", opened)
    monkeypatch.setattr(quarantine, "open_owner", opened)
    monkeypatch.setattr(quarantine, "held_entry", lambda *_: a_held())


def typed(*arguments: object) -> Any:
    return CliRunner().invoke(quarantine.app, [str(a) for a in arguments])


@pytest.mark.parametrize("json", [[], ["--json"]])
@pytest.mark.parametrize("withheld", [False, True])
def test_show_gives_nothing_of_the_content_away(
    monkeypatch: pytest.MonkeyPatch, json: list[str], withheld: bool
) -> None:
    """Code, sizes, hashes, who decided and why; neither names nor values, not even of headers."""
    monkeypatch.setattr(quarantine, "held_entry", lambda *_: a_held(withheld=withheld))
    shown = typed("show", ENTRY, *json)
    assert shown.exit_code == 0
    assert not any(word in shown.output for word in (CANARY, "Chim", CANARY.encode().hex()))
    assert all(word in shown.output for word in ("MESSAGE_MAGIC", "value_sha256", "sửa lỗi", "lan"))
    assert (b"\1" * 32).hex() in shown.output or not withheld


def test_content_is_shown_and_written_to_who_asks(tmp_path: Path) -> None:
    """Byte for byte, into a file for its owner alone that was not there before."""
    out = tmp_path / "value.bin"
    assert f"{{{CANARY}}}".encode().hex() in typed("show", ENTRY, "--hex", "--out", out).output
    assert (out.read_bytes(), out.stat().st_mode & 0o777) == (f"{{{CANARY}}}".encode(), 0o600)
    again = typed("show", ENTRY, "--out", out)
    assert isinstance(again.exception, Refused)
    assert again.exception.code == "OPTION_WRONG"


def test_withheld_bytes_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They are not here."""
    monkeypatch.setattr(quarantine, "held_entry", lambda *_: a_held(withheld=True))
    found = typed("show", ENTRY, "--out", tmp_path / "value.bin")
    assert isinstance(found.exception, Refused)
    assert found.exception.code == "QUARANTINE_WITHHELD"
    assert not (tmp_path / "value.bin").exists()


@pytest.mark.parametrize("command", ["redrive", "dismiss"])
@pytest.mark.parametrize("arguments", [(ENTRY, "--reason", " "), (ENTRY, "--reason", "a\nb"), ("x", "--reason", "y"),
                                       (ENTRY, "--reason", "y", "--by", "")])  # fmt: skip
def test_decision_without_reason_name_or_entry_is_refused(command: str, arguments: tuple[Any, ...]) -> None:
    """Before anything is asked or written."""
    found = typed(command, *arguments)
    assert isinstance(found.exception, Refused)
    assert found.exception.code == "OPTION_WRONG"


@pytest.mark.parametrize("command", ["redrive", "dismiss"])
def test_reason_is_not_optional(command: str) -> None:
    """Wrong use."""
    assert typed(command, ENTRY).exit_code == 2


def test_refused_entry_does_not_keep_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is told on a line of its own; the exit code is the worst."""

    def dismissed(_: object, entry: EntryId, by: str, reason: str) -> bool:
        assert (by, reason) == ("lan", "y")
        if entry.offset == 17:
            raise Refused("QUARANTINE_UNKNOWN", {"entry": str(entry)})
        return entry.offset == 18

    monkeypatch.setattr(quarantine, "dismiss_entry", dismissed)
    names = [str(ENTRY).replace("/17", f"/{n}") for n in (17, 18, 19)]
    found = typed("dismiss", *names, "--reason", "y", "--by", "lan")
    assert found.exit_code == 1
    lines = [line for line in found.output.splitlines() if line.startswith("so-ha-noi/")]
    assert [line.partition(" ")[2] for line in lines] == ["QUARANTINE_UNKNOWN", "dismissed", "dismissed before"]


def test_entry_of_a_log_that_is_gone_is_not_sent_again() -> None:
    """There is no topic of that name; what the new log brings is done instead."""
    gone = EntryId("so-ha-noi", "validate", "hocba.so-ha-noi.command.v1@abc", 3, 17)
    refused = typed("redrive", gone, "--reason", "again", "--json")
    assert refused.exit_code != 0
    assert "QUARANTINE_NOT_SENDABLE" in refused.output
