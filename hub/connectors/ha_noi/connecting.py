"""The connector of Hà Nội: its manifest, the native mapper, its source and sink."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.connectors.ha_noi.mapping import MAPPER
from hub.connectors.ha_noi.sink import AnswerFiles
from hub.connectors.ha_noi.source import BatchFolders
from hub.connectors.sdk import Manifest, Mapper, Opened, Sink, Source, read_manifest
from hub.connectors.transport import FolderStore, open_settling
from hub.errors import Refused

__all__ = ["HaNoi", "connector"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class HaNoi:
    """Implements `Connector`. Settings: `[folder]` `path`, the folder that both sides see; `settle_s`."""

    manifest: Manifest
    mapper: Mapper

    def source(self, opened: Opened) -> Source:
        """Read batches out of `gui/`."""
        return BatchFolders(_store(opened, "read"), opened.folder / "spool" / "batches", open_settling(opened))

    def sink(self, opened: Opened) -> Sink:
        """Write answers into `tra-loi/`."""
        return AnswerFiles(_store(opened, "write"))


def connector(file: Path | None = None) -> HaNoi:
    """Return the connector; `file` is only for connectors that are one file. Raises Refused MANIFEST_WRONG."""
    return HaNoi(read_manifest(_HERE / "manifest.toml"), MAPPER)


def _store(opened: Opened, spool: str) -> FolderStore:
    """Return the shared folder; source and sink have a spool each, since opening one empties its spool."""
    found = opened.settings.get("folder")
    path = found.get("path") if isinstance(found, Mapping) else None
    if not isinstance(path, str) or not path:
        raise Refused("SYSTEM_ADDRESS_WRONG", {"reason": "[folder] path"})
    return FolderStore(opened.folder / path, opened.folder / "spool" / spool)
