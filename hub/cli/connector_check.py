"""`hub connector check`: the conformance kit over any connector, and the check of a result that somebody else has."""

import asyncio
import json as json_lines
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connector_apart import check_apart
from hub.cli.options import Data, Json
from hub.config import Settings
from hub.connect.check import (
    CHECKS,
    SEED_FILE,
    SUITE_VERSION,
    CheckOutcome,
    CheckResult,
    files_sha256,
    read_signer,
    sign_result,
    signer_of,
    stopped,
    verify_result,
    whole_outcome,
)
from hub.connectors.sdk import place_of
from hub.errors import Refused
from hub.trust import NoteKey

__all__ = ["check"]

_RESULT_BYTES_MAX = 65_536
_SAID = {"passed": "đạt / passed", "partial": "một phần / partial", "failed": "không đạt / failed"}
_WORD = (
    "mã được kiểm chạy trong chính tiến trình chấm: kết quả là lời của người ký, không phải bằng chứng mã trung thực\n"
    "the code under check ran in the processes that judged it: the word of who signed, no proof that the code is honest"
)
_COLOURS = {"passed": "green", "failed": "red", "not_applicable": "dim"}


def check(
    connector: Annotated[str | None, typer.Argument(help="Name, folder, or .toml file of a generic connector")] = None,
    only: Annotated[list[str] | None, typer.Option(help=f"Run this check: {', '.join(CHECKS)}")] = None,
    result: Annotated[Path | None, typer.Option(help="Write the signed result here too")] = None,
    verify: Annotated[Path | None, typer.Option(help="Verify a signed result instead")] = None,
    note_key: Annotated[str | None, typer.Option(help="Key of whoever signed it; default: our own")] = None,
    note_seed: Annotated[
        Path | None, typer.Option(help="File of our key; default <data>/secrets/conformance.seed")
    ] = None,
    vectors: Annotated[Path | None, typer.Option(help="Folder of published attacks", envvar="HUB_VECTORS")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Check a connector with its own simulator, synthetic pupils and a stand-in for Sở; nothing leaves the machine.

    Exits with 0 when no check failed, else 1; with --only the result is partial. With --verify: whether it is genuine.
    """
    seed = note_seed or (data or Settings().data_dir) / "secrets" / SEED_FILE
    if verify is not None:
        _show_verified(_verified(verify, note_key, seed), json=json)
        return
    if connector is None:
        raise Refused("OPTION_WRONG", {"option": "CONNECTOR", "reason": "a name, a folder or a file"})
    chosen = _chosen(only or [])
    console = Console(stderr=json)
    signer = signer_of(seed)
    made = _checked(connector, chosen, vectors, lambda outcome: _tell(console, outcome))
    note = sign_result(made, signer)
    if result is not None:
        result.write_bytes(note)
    if json:
        shown = {**made.shown(), "note": note.decode(), "note_key": signer.key().text}
        print(json_lines.dumps(shown, ensure_ascii=False))
    else:
        print(f"{_summary(made)}\n{signer.key().text}")
    raise typer.Exit(1 if made.outcome == "failed" else 0)


def _checked(name: str, only: Sequence[str], vectors: Path | None, tell: Callable[[CheckOutcome], None]) -> CheckResult:
    at = place_of(name)
    sha256 = files_sha256(at)  # of what is about to be checked
    where = name if at.is_dir() and at.name.replace("_", "-") == name else str(at.absolute())
    with tempfile.TemporaryDirectory(prefix="hub-check-", ignore_cleanup_errors=True) as work:
        task = {
            "name": where, "only": list(only), "work": work,
            "vectors": None if vectors is None else str(vectors.absolute()),
        }  # fmt: skip
        about, outcomes = asyncio.run(check_apart(task, at.name, tell))
    if files_sha256(at) != sha256:
        raise Refused("MANIFEST_WRONG", {"file": at.name, "reason": "its files changed while they were checked"})
    found = {outcome.id: outcome for outcome in outcomes}
    ran = tuple(found.get(each) or stopped(each, "exit") for each in CHECKS if each in (only or CHECKS))
    return CheckResult(
        suite_version=SUITE_VERSION, hub_version=_hub_version(), files_sha256=sha256,
        at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", checks=ran,
        outcome=whole_outcome(ran, CHECKS), connector=about["connector"],
        connector_version=about["connector_version"], certainty=about["certainty"],
    )  # fmt: skip


def _hub_version() -> str:
    try:
        return version("hoc-ba-so-hub")
    except PackageNotFoundError:
        return "0"


def _chosen(only: Sequence[str]) -> Sequence[str]:
    unknown = [name for name in only if name not in CHECKS]
    if unknown:
        raise Refused("OPTION_WRONG", {"option": "--only", "reason": ", ".join(CHECKS)})
    return only


def _tell(console: Console, outcome: CheckOutcome) -> None:
    colour = _COLOURS[outcome.outcome]
    console.print(f"[{colour}]{outcome.outcome:14}[/{colour}] {outcome.id}", highlight=False)
    for found in outcome.findings:
        console.print(
            f"  {found['code']} {found['path']}\n    {found['vi']}\n    {found['en']}\n"
            f"    → {found['next_vi']}\n    → {found['next_en']}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip


def _verified(path: Path, note_key: str | None, seed: Path) -> CheckResult:
    key = NoteKey.of(note_key) if note_key is not None else read_signer(seed).key()
    with path.open("rb") as stream:
        return verify_result(stream.read(_RESULT_BYTES_MAX + 1), key)


def _show_verified(found: CheckResult, *, json: bool) -> None:
    if json:
        print(json_lines.dumps(found.shown(), ensure_ascii=False))
        return
    print(f"{_summary(found)}\ntệp / files SHA-256 {found.files_sha256}\n{_WORD}")


def _summary(found: CheckResult) -> str:
    count = Counter(check.outcome for check in found.checks)
    passed, apart = count["passed"], count["not_applicable"]
    counted = f"{passed} đạt, {apart} không áp dụng / {passed} passed, {apart} not applicable"
    about = f"{found.connector} {found.connector_version} · {_SAID[found.outcome]} · {counted}"
    return f"{about} · bộ kiểm / suite {found.suite_version} · {found.at}"
