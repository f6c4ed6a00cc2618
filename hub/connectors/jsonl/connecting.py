"""JSON Lines as a connector of a drop folder; a line says all, so its school is not taken from the register."""

from collections.abc import Sequence
from pathlib import Path

from hub.connectors.file_readers import LOSS_OF, ReaderConnector
from hub.connectors.jsonl.sink import RowsBeside
from hub.connectors.jsonl.source import prepare
from hub.connectors.mapping import NativeMapper
from hub.connectors.prepared import Prepared
from hub.connectors.sdk import read_manifest
from hub.domain.transcript import School

__all__ = ["connector"]

_HERE = Path(__file__).parent


def connector(file: Path | None = None) -> ReaderConnector:
    """Return the connector; `file` is only for connectors that are one file. Raises Refused MANIFEST_WRONG."""
    return ReaderConnector(
        read_manifest(_HERE / "manifest.toml"), _read, ending=".jsonl", needs_list=False, mapper=NativeMapper(LOSS_OF),
        answers_beside=RowsBeside,
    )  # fmt: skip


def _read(files: Sequence[Path], _pupils: Path | None, _school: School, _school_year: str) -> Prepared:
    return prepare(files[0])
