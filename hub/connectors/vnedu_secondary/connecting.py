"""The reader of sheets of marks as a connector of a drop folder: all workbooks of a folder are read together."""

from collections.abc import Sequence
from pathlib import Path

from hub.connectors.bundles import whole_folder
from hub.connectors.file_readers import ReaderConnector
from hub.connectors.prepared import Prepared
from hub.connectors.pupil_list import read_pupils
from hub.connectors.sdk import read_manifest
from hub.connectors.vnedu_secondary.documents import prepare
from hub.connectors.vnedu_secondary.sink import RowsBeside
from hub.connectors.vnedu_secondary.source import read_readable
from hub.domain.transcript import School

__all__ = ["connector"]

_HERE = Path(__file__).parent


def connector(file: Path | None = None) -> ReaderConnector:
    """Return the connector; `file` is only for connectors that are one file. Raises Refused MANIFEST_WRONG."""
    manifest = read_manifest(_HERE / "manifest.toml")
    return ReaderConnector(manifest, _read, grouping=whole_folder, answers_beside=RowsBeside)


def _read(files: Sequence[Path], pupils: Path | None, school: School, school_year: str) -> Prepared:
    """Prepare what can be read: one damaged workbook must not keep the whole folder back, since it is told."""
    listed = None if pupils is None else read_pupils(pupils)
    return prepare(read_readable(files), listed, school=school, school_year=school_year)
