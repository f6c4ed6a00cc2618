"""Published versions of a mapping, kept for ever: a record that one of them made can be made again by just that one.

A folder `mappings/` of a connector has `<version>/mapping.toml` and `<version>/tables.toml` for each version (1, 2, …),
and `pins.toml` beside them: `1 = "<SHA-256>"`, a line a version. A version that was published is never changed
(ADR 0030); what differs from its pin is not run.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from hub.connectors.mapping.mappers import DeclaredMapper
from hub.connectors.sdk.toml_files import read_bytes, read_toml, toml_of, typed
from hub.domain.characters import visible
from hub.errors import Corrupt, Refused

__all__ = ["FILES", "PINS", "KeptMapping", "kept_mappings", "kept_named", "rules_sha256"]

FILES: Final = ("mapping.toml", "tables.toml")
"""The files of a version, in the order in which they are hashed."""
PINS: Final = "pins.toml"
_FRAME = b"vn.hocba.mapping/1\n"
_LENGTH_BYTES = 8
_VERSION = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_SHOWN_LENGTH_MAX = 60
_NONE = "–"
Pin = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", description="SHA-256, 64 chữ số hex / 64 hex digits")]


@dataclass(frozen=True, slots=True)
class KeptMapping:
    """One version: `name` is "tien-giang/2", `sha256` the hex digest of its rules (`rules_sha256`)."""

    name: str
    version: str
    sha256: str
    mapper: DeclaredMapper


def rules_sha256(files: Iterable[bytes]) -> str:
    """Return the hex SHA-256 of rules: of a fixed first line, then of each file (in the order of FILES) its length in
    bytes as 8 bytes, greatest first, and its bytes.
    """
    digest = sha256(_FRAME)
    for data in files:
        digest.update(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    return digest.hexdigest()


def kept_mappings(folder: Path, connector_name: str) -> tuple[KeptMapping, ...]:
    """Return every version in a connector's `mappings/` folder, the oldest first; the last is for new records.

    Raises Corrupt MAPPING_CHANGED for a version that is not what its pin says, that has no pin, or is gone, and Refused
    MAPPING_FILE_WRONG for files that cannot be read. An empty or missing folder has no version.
    """
    pins = _pins(folder)
    versions = sorted({*pins, *_versions(folder)}, key=lambda version: (len(version), version))
    return tuple(_kept(folder / version, f"{connector_name}/{version}", pins.get(version)) for version in versions)


def kept_named(mappings: Sequence[KeptMapping], name: str) -> KeptMapping:
    """Return the version that a seal names ("tien-giang/2"). Raises Refused MAPPING_UNKNOWN when it is not kept."""
    for kept in mappings:
        if kept.name == name:
            return kept
    known = ", ".join(kept.name for kept in mappings) or _NONE
    raise Refused("MAPPING_UNKNOWN", {"mapping": visible(name[:_SHOWN_LENGTH_MAX]), "known": known})


def _versions(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    found = {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
    for name in found:
        if not _VERSION.fullmatch(name):
            raise _wrong(folder.name, f"{visible(name[:_SHOWN_LENGTH_MAX])}: a version is a number, 1, 2, …")
    return found


def _pins(folder: Path) -> dict[str, str]:
    """Return the pin of each version. A folder without `pins.toml` has none."""
    if not (folder / PINS).exists():
        return {}
    try:
        pins = typed(read_toml(folder / PINS), dict[str, Pin])
        for version in pins:
            if not _VERSION.fullmatch(version):
                raise ValueError(f"{visible(version[:_SHOWN_LENGTH_MAX])}: a version is a number, 1, 2, …")
    except ValueError as error:
        raise _wrong(f"{folder.name}/{PINS}", str(error)) from None
    return pins


def _kept(folder: Path, name: str, pin: str | None) -> KeptMapping:
    """Read a version once: what was hashed is what is run."""
    try:
        files = tuple(read_bytes(folder / file) for file in FILES) if folder.is_dir() else ()
        found = rules_sha256(files) if files else None
        if found is None or found != pin:
            raise Corrupt("MAPPING_CHANGED", {"mapping": name, "pinned": pin or _NONE, "found": found or _NONE})
        mapping, tables = (toml_of(data) for data in files)
    except ValueError as error:
        raise _wrong(f"{name}/{FILES[0]}, {FILES[1]}", str(error)) from None
    mapper = DeclaredMapper.of(mapping, tables, file=f"{name}/{FILES[0]}")
    if mapper.version != folder.name:
        raise _wrong(f"{name}/{FILES[0]}", f"version = {mapper.version!r}, in a folder of version {folder.name!r}")
    return KeptMapping(name, folder.name, found, mapper)


def _wrong(file: str, reason: str) -> Refused:
    return Refused("MAPPING_FILE_WRONG", {"file": file, "reason": reason[:300]})
