"""Hồ sơ đã nhận: the folder in which a school holds a transferred history, one evidence file a transcript.

`transfer.json` names what the last delivery held and is written last, so that what it names is always there. All of it
is private (0700, 0600): it holds the marks of a child.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from hub.client.durable import sync
from hub.decision import set_root
from hub.errors import Refused
from hub.evidence import BUNDLE_BYTE_COUNT_MAX, Bundle, read_file
from hub.trust import decode_base64

__all__ = ["Held", "document_of", "keep", "look_into", "recompute", "remove_held"]

_MANIFEST, _ENDING, _EARLIER = "transfer.json", ".bundle.json", "earlier"
_MANIFEST_BYTE_COUNT_MAX = 200_000


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds: documents by hash (hex, ascending), under the count and root of a delivery."""

    transfer: str
    school: str
    delivery: int
    count: int
    root: str
    documents: tuple[str, ...]
    type: Literal["vn.hocba.received-transfer/1"] = "vn.hocba.received-transfer/1"


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path

    def file(self, digest: str) -> Path:
        return self.path / f"{digest}{_ENDING}"

    def wrong(self, reason: str) -> Refused:
        return Refused("TRANSFER_FOLDER_WRONG", {"folder": str(self.path), "reason": reason})


def look_into(folder: Path, transfer: str, school: str) -> Held | None:
    """Return what a folder says it holds; None for a new or empty one.

    Raises Refused TRANSFER_FOLDER_FOREIGN for one of another transfer, or with other things in it.
    """
    path = folder / _MANIFEST
    if not path.exists():
        if folder.exists() and (not folder.is_dir() or any(not _is_ours(one) for one in folder.iterdir())):
            raise Refused("TRANSFER_FOLDER_FOREIGN", {"folder": str(folder)})
        return None
    try:
        with path.open("rb") as file:
            held = msgspec.json.decode(file.read(_MANIFEST_BYTE_COUNT_MAX), type=Held)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise Refused("TRANSFER_FOLDER_WRONG", {"folder": str(folder), "reason": _MANIFEST}) from None
    if (held.transfer, held.school) != (transfer, school):
        raise Refused("TRANSFER_FOLDER_FOREIGN", {"folder": str(folder)})
    return held


def keep(folder: Path, held: Held, files: Mapping[str, bytes]) -> list[str]:
    """Bring a folder up to a delivery; return the hashes of the files that were new. The same again writes nothing.

    What the delivery does not name any more, a corrected transcript, goes to a folder beneath.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    at, new = _Folder(folder), []
    for digest in held.documents:
        if not _is_whole(at.file(digest), digest):
            _write(at.file(digest), files[digest])
            new.append(digest)
    manifest = msgspec.json.format(msgspec.json.encode(held), indent=2)
    if not (folder / _MANIFEST).exists() or (folder / _MANIFEST).read_bytes() != manifest:
        sync(folder)
        _write(folder / _MANIFEST, manifest)
    for path in folder.glob(f"*{_ENDING}"):
        if path.name.removesuffix(_ENDING) not in held.documents:
            (folder / _EARLIER).mkdir(mode=0o700, exist_ok=True)
            path.replace(folder / _EARLIER / path.name)
    sync(folder)
    return new


def recompute(folder: Path, transfer: str, school: str) -> Held:
    """Return what a folder really holds, each transcript hashed again.

    Raises Refused TRANSFER_FOLDER_FOREIGN, and TRANSFER_FOLDER_WRONG where it is not what was received.
    """
    held, at = look_into(folder, transfer, school), _Folder(folder)
    if held is None:
        raise at.wrong("empty")
    there = sorted(path.name.removesuffix(_ENDING) for path in folder.glob(f"*{_ENDING}"))
    if tuple(there) != held.documents:
        raise at.wrong(f"{len(there)} / {held.count}")
    for digest in there:
        if not _is_whole(at.file(digest), digest):
            raise at.wrong(at.file(digest).name)
    root = set_root([bytes.fromhex(one) for one in there]).hex()
    if (len(there), root) != (held.count, held.root):
        raise at.wrong(_MANIFEST)
    return held


def remove_held(folder: Path, transfer: str, school: str) -> int:
    """Remove what was received, and return how many evidence files that were. Raises as `look_into`."""
    look_into(folder, transfer, school)
    files: Sequence[Path] = [*folder.glob(f"*{_ENDING}"), *folder.glob(f"{_EARLIER}/*{_ENDING}")]
    for path in files:
        path.unlink()
    (folder / _MANIFEST).unlink(missing_ok=True)
    if (folder / _EARLIER).is_dir():
        (folder / _EARLIER).rmdir()
    if folder.is_dir():
        sync(folder)
    return len(files)


def document_of(bundle: bytes) -> bytes:
    """Return the transcript inside an evidence file. Raises Refused as `read_file`."""
    return decode_base64(read_file(bundle, Bundle).document)


def _is_ours(path: Path) -> bool:
    """Tell whether an interrupted receiving left it: a whole file without the manifest, or half a one."""
    return path.name.endswith((_ENDING, ".part"))


def _is_whole(path: Path, digest: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.sha256(document_of(file.read(BUNDLE_BYTE_COUNT_MAX + 1))).hexdigest() == digest
    except (OSError, Refused, ValueError):
        return False


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    sync(part)
    part.replace(path)
