"""A good connector for workbooks, with a reader that follows what an XML part points to."""

import contextlib
import dataclasses
import urllib.request
import zipfile
from pathlib import Path
from xml.parsers import expat

from hub.connectors.generic import GenericConnector, read_file
from hub.connectors.generic.records import Reader
from hub.connectors.generic.simulator import FilesPlayed
from hub.connectors.generic.spec import FilesAt, Format
from hub.connectors.sdk import SourceRecord, read_manifest
from hub.connectors.transport import FileRecords, FileSource, open_settling, open_store
from hub.errors import Refused

HERE = Path(__file__).parent
PART_BYTES_MAX = 1_000_000


def workbooks():
    """Return the good file, for workbooks in place of CSV."""
    at = FilesAt(kind="folder", take="gui/*.xlsx", answer="tra-loi/")
    return dataclasses.replace(read_file(HERE.parent / "good.toml"), transport=at, format=Format(kind="xlsx"))


def followed(data):
    """Return the text of an XML part, with everything in it that it points to."""
    found = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = found.append
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)

    def open_it(context, _base, where, _public):
        with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(where, timeout=0.5) as stream:
            inner = parser.ExternalEntityParserCreate(context)
            inner.CharacterDataHandler = found.append
            inner.Parse(stream.read(PART_BYTES_MAX), True)
        return 1

    parser.ExternalEntityRefHandler = open_it
    with contextlib.suppress(expat.ExpatError, ValueError):
        parser.Parse(data, True)
    return "".join(found)[:1_000]


class Following(GenericConnector):
    """The good connector with that reader."""

    def source(self, opened):
        """Open it."""
        return FileSource(open_store(opened), self.file.transport.take, self._read, open_settling(opened))

    def _read(self, path, name):
        try:
            return Reader(self.file).read(path, name)
        except Refused:
            text = ""
            with contextlib.suppress(zipfile.BadZipFile, RuntimeError), zipfile.ZipFile(path) as archive:
                parts = [part for part in archive.infolist() if part.file_size < PART_BYTES_MAX]
                text = "".join(followed(archive.read(part)) for part in parts)
            return FileRecords((SourceRecord(name, "1", name, {"noi_dung": text}),))


def connector(file=None):
    """Return the connector."""
    made = Following(workbooks())
    made.manifest = read_manifest(HERE / "manifest.toml")
    return made


def simulator(transcripts, folder, faults, port=0):
    """Return its system: workbooks in a folder."""
    return FilesPlayed(workbooks(), transcripts, folder, faults, port)
