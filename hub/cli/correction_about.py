"""Before a step of a correction is sent: whom and which fields it is about, and the question whether to send it."""

from collections.abc import Mapping
from typing import Any

import msgspec
from rich.console import Console

from hub.cli.showing import print_line
from hub.client import AskedCorrection, value_at
from hub.client.corrections import StepCommand
from hub.domain import Transcript, canonical
from hub.domain.statements import CorrectionItem, CorrectionRequest

__all__ = ["show_about"]


def show_about(
    command: CorrectionRequest | StepCommand, asked: AskedCorrection, transcripts: Mapping[str, Transcript],
    console: Console, as_json: bool,
) -> None:  # fmt: skip
    """Show the request that a step is about; where Sở's database is not within reach, pupils by hash alone."""
    about = asked.statement
    head = {
        "command_id": command.command_id,
        "correction": about.command_id,
        "request_sha256": asked.statement_sha256,
        "school": about.school,
        "issuer": asked.issuer,
        "school_year": about.school_year,
        "reason": about.reason,
        "basis": about.basis,
        "evidence_sha256": about.evidence_sha256,
    } | _decided(command)
    if as_json:
        print_line(head | {"items": [_item(item, transcripts.get(item.document_sha256)) for item in about.items]})
        return
    for name, value in head.items():
        console.print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)
    for item in about.items:
        _show_item(item, transcripts.get(item.document_sha256), console)


def _decided(command: CorrectionRequest | StepCommand) -> dict[str, str]:
    """Return what the step itself says beside the request."""
    names = ("decision", "number", "closes_at")
    said = {name: getattr(command, name, None) for name in names}
    if not isinstance(command, CorrectionRequest):
        said["step_reason"] = getattr(command, "reason", None)
    return {name: value for name, value in said.items() if isinstance(value, str)}


def _item(item: CorrectionItem, transcript: Transcript | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"document_sha256": item.document_sha256, "fields": _values(item, transcript)}
    if transcript is not None:
        shown |= {"student_code": transcript.student.student_code, "class": transcript.class_}
    return shown


def _show_item(item: CorrectionItem, transcript: Transcript | None, console: Console) -> None:
    whom = item.document_sha256
    if transcript is not None:
        t = transcript
        whom = f"{t.student.name} · {t.student.student_code} · lớp {t.class_} · {t.school_year} {t.period}"
    console.print(f"• {whom}", highlight=False, markup=False, soft_wrap=True)
    for field, value in _values(item, transcript).items():
        now = "" if transcript is None else f" = {value!r}"
        console.print(f"    {field}{now}", highlight=False, markup=False, soft_wrap=True)


def _values(item: CorrectionItem, transcript: Transcript | None) -> dict[str, Any]:
    """Return what stands in each field now, None where nothing does or nobody knows."""
    value = None if transcript is None else msgspec.json.decode(canonical(transcript))
    return {field: None if value is None else value_at(value, field) for field in item.fields}
