"""The connector of Nghệ An: its manifest, the mappings that are kept, its source and sink."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.connectors.mapping import DeclaredMapper, KeptMapping, kept_mappings
from hub.connectors.nghe_an.settings import open_database
from hub.connectors.nghe_an.sink import StagingTables
from hub.connectors.nghe_an.source import DatabaseSource
from hub.connectors.sdk import Manifest, Opened, Sink, Source, SourceRecord, extract_record, read_manifest

__all__ = ["NgheAn", "connector"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class NgheAn:
    """Implements `SealedConnector`. Settings: `[database]`, see the README."""

    manifest: Manifest
    mappings: tuple[KeptMapping, ...]

    @property
    def mapper(self) -> DeclaredMapper:
        """Return the mapper of the newest version."""
        return self.mappings[-1].mapper

    def source(self, opened: Opened) -> Source:
        """Follow the tables, through a replication slot or a view."""
        return DatabaseSource(open_database(opened), self.mapper.record)

    def sink(self, opened: Opened) -> Sink:
        """Write into the tables of the schema `hub_den`."""
        return StagingTables(open_database(opened), self.mapper)

    def rows(self, data: bytes) -> Sequence[SourceRecord]:
        """Return the record of an extract. Raises Refused SOURCE_EXTRACT_WRONG."""
        return (extract_record(data),)


def connector(file: Path | None = None) -> NgheAn:
    """Return the connector; `file` is only for connectors that are one file.

    Raises Refused MANIFEST_WRONG or MAPPING_FILE_WRONG, and Corrupt MAPPING_CHANGED.
    """
    manifest = read_manifest(_HERE / "manifest.toml")
    return NgheAn(manifest, kept_mappings(_HERE / "mappings", manifest.name))
