"""The connector of Khánh Hòa: its manifest, a declared mapper for each template, its source and sink."""

from dataclasses import dataclass
from pathlib import Path

from hub.connectors.khanh_hoa.sink import AnswersBeside
from hub.connectors.khanh_hoa.source import open_source
from hub.connectors.khanh_hoa.templates import TABLES, templates
from hub.connectors.mapping import DeclaredMapper, MapperByTemplate
from hub.connectors.sdk import Manifest, Opened, Sink, Source, read_manifest
from hub.connectors.transport import open_store

__all__ = ["KhanhHoa", "connector"]

_HERE = Path(__file__).parent


@dataclass(slots=True)
class KhanhHoa:
    """Implements `Connector`. Settings: `[sftp]`, or `[folder]`, and `settle_s`; see the README."""

    manifest: Manifest
    mapper: MapperByTemplate

    def source(self, opened: Opened) -> Source:
        """Watch the class files."""
        return open_source(opened, self.mapper.record)

    def sink(self, opened: Opened) -> Sink:
        """Write workbooks beside them."""
        return AnswersBeside(open_store(opened, "write"), self.mapper)


def connector(file: Path | None = None) -> KhanhHoa:
    """Return the connector; `file` is only for connectors that are one file.

    Raises Refused MANIFEST_WRONG or MAPPING_FILE_WRONG.
    """
    names = [template.name for template in templates()]
    mappers = {name: DeclaredMapper(_HERE / "mapping" / f"{name}.toml", TABLES) for name in names}
    return KhanhHoa(read_manifest(_HERE / "manifest.toml"), MapperByTemplate(mappers))
