"""The manifest of a connector: what it is, what it may lose, what it cannot say; for a machine to check."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from hub.connectors.sdk.answers import AnswerKind
from hub.connectors.sdk.losses import Loss
from hub.connectors.sdk.proposing import did_you_mean
from hub.connectors.sdk.toml_files import read_toml, typed
from hub.domain.transcript import SchoolYear
from hub.errors import Refused

__all__ = ["Manifest", "Period", "ProvinceInForce", "read_manifest"]

_SHOWN_LENGTH_MAX = 40
_NAME_SAID = "a–z, 0–9, - và _ giữa chúng / and - or _ between them: dong-thap"
Name = Annotated[str, Meta(pattern=r"\A[a-z0-9]+(?:[-_][a-z0-9]+)*\Z", max_length=40, description=_NAME_SAID)]
LIMITS: Final = (
    "page_records", "waiting_records", "record_bytes", "requests_per_minute", "file_bytes", "unpacked_bytes", "parts",
    "rows", "columns", "cells", "line_bytes", "reported_lines", "batch_documents", "batch_bytes", "folder_entries",
)  # fmt: skip
"""Every limit that some connector keeps: a misspelt one would be none."""


class _Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Period(_Closed, frozen=True, rename={"since": "from", "until": "to"}):
    """School years whose records the system holds; without `until`: still."""

    since: SchoolYear
    until: SchoolYear | None = None


class ProvinceInForce(_Closed, frozen=True, rename={"since": "from", "until": "to"}):
    """Whose records those with a province code are, by date; `until` is the first day on which it is no longer so."""

    code: str
    so: str
    since: date | None = None
    until: date | None = None


class Manifest(_Closed, frozen=True, kw_only=True):
    """See docs/connectors.md. `limits` are upper bounds that the connector itself keeps; `loss` is all it may lose.

    `checking_only`: what the system gives is no whole document, so each record is told and answered, and none is sent.
    `evidence`: `native`, persons sign its documents here; else they are sealed as worked out from a document signed
    there (`derived`) or from an unsigned system of record (`attested`), which the register knows as `system`.
    """

    name: Name
    owner: str
    direction: Literal["in", "out", "both"]
    transport: Literal["file", "folder", "http", "sftp", "sql"]
    dialect: str
    certainty: Literal["text", "secondary", "assumed", "contract", "synthetic"]
    grades: tuple[Annotated[int, Meta(ge=1, le=12)], ...]
    version: str = "1"
    so: str | None = None
    answers: tuple[AnswerKind, ...] = ()
    poll_s: Annotated[float, Meta(gt=0, le=86_400)] = 30
    period: Period | None = None
    limits: dict[str, Annotated[int, Meta(ge=1)]] = {}
    repeat: dict[Literal["pull", "answer"], Literal["always", "by-id", "never"]] = {}
    province: tuple[ProvinceInForce, ...] = ()
    cannot_express: dict[str, str] = {}
    checking_only: bool = False
    evidence: Literal["native", "derived", "attested"] = "native"
    system: Name | None = None
    loss: tuple[Loss, ...] = ()

    def __post_init__(self) -> None:
        """ValueError for a limit that nobody knows, and for records that are sealed for no system."""
        if (self.evidence == "native") != (self.system is None):
            raise ValueError("evidence: derived and attested need system, the id in the register; native has none")
        for name in self.limits:
            if name not in LIMITS:
                near = did_you_mean(name, LIMITS)
                known = f"did you mean {near}?" if near else f"one of {', '.join(LIMITS)}"
                raise ValueError(f"limits: no limit {name[:_SHOWN_LENGTH_MAX]}; {known}")


def read_manifest(path: Path) -> Manifest:
    """Read `manifest.toml`. Raises Refused MANIFEST_WRONG with the file and what is wrong in it."""
    try:
        return typed(read_toml(path), Manifest)
    except ValueError as error:
        facts = {"file": f"{path.parent.name}/{path.name}", "reason": str(error)[:200]}
        raise Refused("MANIFEST_WRONG", facts) from None
