"""Watch the class files of all schools over SFTP, each read with the pupil list beside it."""

from pathlib import Path
from typing import Final

from hub.connectors.bundles import PUPIL_LIST, BundleStore, alone, bundled
from hub.connectors.khanh_hoa.records import RecordOf, read_class_file
from hub.connectors.khanh_hoa.sink import ROOT
from hub.connectors.sdk import Opened, Source
from hub.connectors.transport import FileRecords, FileSource, open_settling, open_store, take_of
from hub.errors import Refused

__all__ = ["PATTERN", "open_source"]

PATTERN: Final = f"{ROOT}/*/*/*.xlsx"


def open_source(opened: Opened, record_of: RecordOf) -> Source:
    """Open the source of one instance; its settings have `[sftp]`, or `[folder]` for files that come otherwise."""

    def read(index: Path, name: str) -> FileRecords:
        files = bundled(index)
        if PUPIL_LIST not in files:
            raise Refused("PUPIL_LIST_NOT_BESIDE", {"file": PUPIL_LIST})
        return read_class_file(files[name.rpartition("/")[2]], files[PUPIL_LIST], name, record_of)

    store = BundleStore(open_store(opened, "read"), alone, ".xlsx", opened.folder / "bundles")
    return FileSource(store, take_of(opened, PATTERN), read, open_settling(opened))
