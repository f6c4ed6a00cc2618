"""The connector of Hải Phòng: its manifest, the declared mapper, its source and sink."""

from dataclasses import dataclass
from pathlib import Path

from hub.connectors.hai_phong.sink import AnswerCalls
from hub.connectors.hai_phong.source import RecordPages
from hub.connectors.mapping import DeclaredMapper
from hub.connectors.sdk import Manifest, Opened, Sink, Source, read_manifest
from hub.connectors.transport import GroupAtWork, Paces, open_http

__all__ = ["HaiPhong", "connector"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class HaiPhong:
    """Implements `Connector`. Settings: `[http]`, see the README."""

    manifest: Manifest
    mapper: DeclaredMapper
    paces: Paces  # of source and sink together

    def source(self, opened: Opened) -> Source:
        """Read records from `GET /ho-so`."""
        return RecordPages(open_http(opened, self.paces), self.mapper.record)

    def sink(self, opened: Opened) -> Sink:
        """Write answers by `PUT`."""
        return AnswerCalls(open_http(opened, self.paces), self.mapper, GroupAtWork(opened.folder))


def connector(file: Path | None = None) -> HaiPhong:
    """Return the connector; `file` is only for connectors that are one file.

    Raises Refused MANIFEST_WRONG or MAPPING_FILE_WRONG.
    """
    mapper = DeclaredMapper(_HERE / "mapping.toml", _HERE / "tables.toml")
    manifest = read_manifest(_HERE / "manifest.toml")
    return HaiPhong(manifest, mapper, Paces(manifest.limits["requests_per_minute"]))
