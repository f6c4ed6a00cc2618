"""The connector of Tiền Giang: its manifest, the kept versions of its mapping, its source and sink."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.connectors.mapping import DeclaredMapper
from hub.connectors.mapping.kept import KeptMapping, kept_mappings
from hub.connectors.sdk import Manifest, Opened, Sink, Source, SourceRecord, read_manifest
from hub.connectors.tien_giang.class_files import read_class_file
from hub.connectors.tien_giang.sink import AnswerLots
from hub.connectors.tien_giang.source import open_source
from hub.connectors.transport import open_store

__all__ = ["TienGiang", "connector"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class TienGiang:
    """Implements `SealedConnector`. Settings: `[signers]`, `[sftp]` or `[folder]`, and `settle_s`; see the README."""

    manifest: Manifest
    mappings: tuple[KeptMapping, ...]

    @property
    def mapper(self) -> DeclaredMapper:
        """Return the newest mapping, which is the one for new records."""
        return self.mappings[-1].mapper

    def rows(self, data: bytes) -> Sequence[SourceRecord]:
        """Return the records of the signed part of a class file. Raises Refused LOT_FILE_SHAPE."""
        values = read_class_file(data).records
        return tuple(self.mapper.record(value, f"#{number}") for number, value in enumerate(values, 1))

    def source(self, opened: Opened) -> Source:
        """Watch the lots."""
        return open_source(opened, self.rows)

    def sink(self, opened: Opened) -> Sink:
        """Write lots of answers."""
        return AnswerLots(open_store(opened, "write"), self.mapper)


def connector(file: Path | None = None) -> TienGiang:
    """Return the connector; `file` is only for connectors that are one file.

    Raises Refused MANIFEST_WRONG or MAPPING_FILE_WRONG, Corrupt MAPPING_CHANGED.
    """
    manifest = read_manifest(_HERE / "manifest.toml")
    return TienGiang(manifest, kept_mappings(_HERE / "mappings", manifest.name))
