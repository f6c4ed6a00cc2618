"""Transports from the settings of one instance (`connector.toml`): addresses there, secrets in files beside it."""

from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from hub.connectors.sdk.ports import Opened
from hub.connectors.sdk.toml_files import typed
from hub.connectors.transport.files import FileStore
from hub.connectors.transport.folder import FolderStore
from hub.connectors.transport.http import HttpClient
from hub.connectors.transport.oauth import TokenSource
from hub.connectors.transport.pace import Paces
from hub.connectors.transport.setting_tables import (
    FolderSettings,
    HttpSettings,
    ReadingSettings,
    SftpSettings,
    SqlSettings,
)
from hub.connectors.transport.settling import Settling
from hub.connectors.transport.sftp import SftpStore
from hub.connectors.transport.sql import SqlReader
from hub.errors import Refused

__all__ = ["has_password", "open_http", "open_settling", "open_sql", "open_store", "take_of"]

_REASON_LENGTH_MAX = 200

_Kind = TypeVar("_Kind")


def open_http(opened: Opened, paces: Paces | None = None) -> HttpClient:
    """Return a client of `[http]`: base_url; with client_id and client_secret_file also token_path.

    With the same `paces` source and sink share what the system allows a minute.
    Raises Refused SYSTEM_ADDRESS_WRONG {reason}, as all of these do for settings that are not right.
    """
    found = _table(opened, "http", HttpSettings)
    token = None
    if found.client_id is not None:
        if found.client_secret_file is None:
            raise _wrong("client_secret_file")
        secret = _secret(opened, found.client_secret_file)
        token = TokenSource(found.base_url, found.client_id, secret, opened.now, found.token_path)
    return HttpClient(found.base_url, token, opened.now, paces)


def open_store(opened: Opened, use: Literal["read", "write"] = "read") -> FileStore:
    """Return the files of `[folder]` (path) or `[sftp]` (host, port, username, client_key, known_hosts, root).

    A source reads and a sink writes, each with a spool of its own: the first copy of a store empties its spool.
    """
    spool = opened.folder / "spool" / use
    if "folder" in opened.settings:
        return FolderStore(_path(opened, _table(opened, "folder", FolderSettings).path), spool)
    found = _table(opened, "sftp", SftpSettings)
    return SftpStore(
        found.host, found.port, found.username, client_key=_path(opened, found.client_key),
        known_hosts=_path(opened, found.known_hosts), spool=spool, root=found.root,
    )  # fmt: skip


def open_settling(opened: Opened) -> Settling:
    """Return the judge of half-written files; `settle_s` may be set."""
    return Settling(opened.now, _reading(opened).settle_s)


def take_of(opened: Opened, pattern: str) -> str:
    """Return which files are read: `take` of the instance, which leaves old school years out, or else the `pattern`."""
    take = _reading(opened).take or pattern
    if take.count("/") != pattern.count("/"):
        raise _wrong(f"take: as deep as {pattern}")
    return take


def open_sql(opened: Opened, query: str) -> SqlReader:
    """Return a reader of `[sql]`: address (postgresql://…, or a SQLite file), password_file."""
    found = _table(opened, "sql", SqlSettings)
    address = found.address
    if "://" not in address:
        address = str(_path(opened, address))
    elif has_password(address):
        raise _wrong("[sql] address: a password stands in password_file")
    password = found.password_file
    return SqlReader(address, query, None if password is None else _path(opened, password))


def has_password(address: str) -> bool:
    """Tell whether an address has a password in it, where none may stand. Raises Refused SYSTEM_ADDRESS_WRONG."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise _wrong("address: no URL") from None
    return parts.password is not None or "password" in parse_qs(parts.query)


def _table(opened: Opened, name: str, kind: type[_Kind]) -> _Kind:
    return _typed(opened.settings.get(name), kind, f"[{name}]")


def _reading(opened: Opened) -> ReadingSettings:
    found = {name: opened.settings[name] for name in ("settle_s", "take") if name in opened.settings}
    return _typed(found, ReadingSettings, "settle_s, take")


def _typed(found: object, kind: type[_Kind], name: str) -> _Kind:
    try:
        return typed(found, kind)
    except ValueError as error:
        raise _wrong(f"{name}: {error}") from None


def _path(opened: Opened, text: str) -> Path:
    return opened.folder / text  # an absolute path stays what it is


def _secret(opened: Opened, name: str) -> str:
    """Return what stands in a secret's file, which nobody else may read."""
    path = _path(opened, name)
    try:
        if path.stat().st_mode & 0o077:
            raise _wrong(f"{name}: not of mode 0600")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(f"{name}: {type(error).__name__}") from None


def _wrong(reason: str) -> Refused:
    return Refused("SYSTEM_ADDRESS_WRONG", {"reason": reason[:_REASON_LENGTH_MAX]})
