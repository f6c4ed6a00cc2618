"""Watch the lots of the system: each is read when it stands still as a whole, once, and its signed files with it."""

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Final

from hub.connectors.sdk import Opened, Page
from hub.connectors.tien_giang.control import CONTROL
from hub.connectors.tien_giang.lot_store import LotStore, copied
from hub.connectors.tien_giang.lots import Lot, Rows, read_lot
from hub.connectors.tien_giang.taken import Taken, read_cursor, written_cursor
from hub.connectors.transport import FileRecords, FileSource, Settling, open_settling, open_store, take_of
from hub.errors import Refused

__all__ = ["PATTERN", "ROOT", "LotSource", "open_source"]

ROOT: Final = "gui"
PATTERN: Final = f"{ROOT}/*/{CONTROL}"
_SIGNERS = "signers"
_CERTIFICATES = "certificates"
_CERTIFICATE_BYTES_MAX = 65_536
_BEGIN = b"-----BEGIN"


class LotSource:
    """Reads lots page by page; which were taken stands in the cursor. Implements `Source`."""

    def __init__(
        self, store: LotStore, pattern: str, settling: Settling, signers: tuple[bytes, ...], rows: Rows
    ) -> None:
        self._files = FileSource(store, pattern, self._read, settling)
        self._signers, self._rows = signers, rows
        self._taken = Taken()
        self._lot: tuple[str, Lot] | None = None  # the one that was read last, with its folder

    def settles_in_s(self) -> float | None:
        """Return after how many seconds a pull may find more, for lots that only have to stand still; else None."""
        return self._files.settles_in_s()

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next records: of the lot at work, else of the next that stands still and is new or changed."""
        files, self._taken = read_cursor(cursor)
        page = await self._files.pull(files, limit)
        lot, taken = self._lot_of(page), self._taken
        if lot is not None and lot.taken is not None:
            taken = taken.after(lot.taken)
        return replace(
            page, cursor=written_cursor(page.cursor, taken), sources=() if lot is None else _named(page, lot)
        )

    async def close(self) -> None:
        """Give connections back."""
        self._lot = None
        await self._files.close()

    def _read(self, index: Path, name: str) -> FileRecords:
        lot = read_lot(copied(index), name, self._taken, self._signers, self._rows)
        self._lot = (name.rpartition("/")[0], lot)
        return FileRecords(lot.records, lot.findings)

    def _lot_of(self, page: Page) -> Lot | None:
        """Return the lot that the records of a page are of."""
        if self._lot is None or not page.records:
            return None
        folder, lot = self._lot
        return lot if page.records[0].place.startswith(f"{folder}/") else None


def open_source(opened: Opened, rows: Rows) -> LotSource:
    """Open the source of one instance; its settings have `[signers]` and `[sftp]` or `[folder]`.

    Raises Refused SYSTEM_ADDRESS_WRONG {reason} for settings that are not right.
    """
    store = LotStore(open_store(opened, "read"), opened.folder / "lots")
    return LotSource(store, take_of(opened, PATTERN), open_settling(opened), _signers(opened), rows)


def _named(page: Page, lot: Lot) -> tuple[bytes, ...]:
    """Return the signed files in which records of the page stand, each once, in the order of the records."""
    by_hash = lot.by_hash
    named = dict.fromkeys(record.source_sha256 for record in page.records if record.source_sha256 is not None)
    return tuple(by_hash[sha256] for sha256 in named)


def _signers(opened: Opened) -> tuple[bytes, ...]:
    """Return the pinned certificates, DER, of the files that `[signers] certificates` names beside `connector.toml`."""
    table = opened.settings.get(_SIGNERS)
    names = table.get(_CERTIFICATES) if isinstance(table, dict) and set(table) == {_CERTIFICATES} else None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise _wrong("certificates: a list of files, and nothing else")
    return tuple(_certificate(opened.folder / name) for name in names)


def _certificate(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        if len(data) > _CERTIFICATE_BYTES_MAX:
            raise _wrong(f"{path.name}: too large")
        return ssl.PEM_cert_to_DER_cert(data.decode("ascii").strip()) if data.startswith(_BEGIN) else data
    except (OSError, ValueError) as error:
        raise _wrong(f"{path.name}: {type(error).__name__}") from None


def _wrong(reason: str) -> Refused:
    return Refused("SYSTEM_ADDRESS_WRONG", {"reason": f"[{_SIGNERS}] {reason}"})
