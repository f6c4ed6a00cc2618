"""A connector made from one file: which source and which sink its transport means."""

from pathlib import Path

from hub.connectors.generic.files import FileSink
from hub.connectors.generic.http import HttpSink, HttpSource
from hub.connectors.generic.records import Reader
from hub.connectors.generic.spec import FilesAt, GenericFile, HttpAt, read_file
from hub.connectors.generic.sql import SqlSource
from hub.connectors.mapping import DeclaredMapper
from hub.connectors.sdk import Manifest, Opened, Sink, Source
from hub.connectors.transport import (
    FileSource,
    GroupAtWork,
    Paces,
    open_http,
    open_settling,
    open_sql,
    open_store,
    take_of,
)
from hub.errors import Refused

__all__ = ["GenericConnector", "connector"]


def connector(file: Path | None = None) -> "GenericConnector":
    """Return the connector that a file declares. Raises Refused MANIFEST_WRONG, MAPPING_FILE_WRONG."""
    if file is None:
        raise Refused("CONNECTOR_UNKNOWN", {"connector": "generic", "proposal": "a .toml file"})
    return GenericConnector(read_file(file))


class GenericConnector:
    """Implements `Connector`."""

    def __init__(self, file: GenericFile) -> None:
        self.file = file
        self.manifest: Manifest = file.manifest
        self.mapper: DeclaredMapper = file.mapper
        self._paces = Paces(file.manifest.limits.get("requests_per_minute"))

    def source(self, opened: Opened) -> Source:
        """Open what the transport brings. Raises Refused SYSTEM_ADDRESS_WRONG for settings that are not right."""
        at, reader = self.file.transport, Reader(self.file)
        if isinstance(at, FilesAt):
            return FileSource(open_store(opened, "read"), take_of(opened, at.take), reader.read, open_settling(opened))
        if isinstance(at, HttpAt):
            return HttpSource(open_http(opened, self._paces), at, reader)
        return SqlSource(open_sql(opened, at.query), at.after, reader, at.overlap)

    def sink(self, opened: Opened) -> Sink | None:
        """Open where answers go, or None for a system that takes none."""
        at = self.file.transport
        if not self.manifest.answers or not at.answer:
            return None
        if isinstance(at, HttpAt):
            return HttpSink(open_http(opened, self._paces), at.answer, self.mapper, GroupAtWork(opened.folder))
        return FileSink(open_store(opened, "write"), at.answer, self.file.format, self.mapper, self.file.rules.key)
