"""The reader of C1 workbooks as a connector of a drop folder."""

from collections.abc import Sequence
from pathlib import Path

from hub.connectors.csdl_c1.documents import prepare_files
from hub.connectors.csdl_c1.sink import RowsBeside
from hub.connectors.file_readers import ReaderConnector
from hub.connectors.prepared import Prepared
from hub.connectors.sdk import read_manifest
from hub.domain.transcript import School

__all__ = ["connector"]

_HERE = Path(__file__).parent


def connector(file: Path | None = None) -> ReaderConnector:
    """Return the connector; `file` is only for connectors that are one file. Raises Refused MANIFEST_WRONG."""
    return ReaderConnector(read_manifest(_HERE / "manifest.toml"), _read, answers_beside=RowsBeside)


def _read(files: Sequence[Path], pupils: Path | None, school: School, school_year: str) -> Prepared:
    return prepare_files(files[0], pupils, school=school, school_year=school_year)
