"""What may stand in `connector.toml` about the way to a system: each table closed, so that no key is ignored."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.connectors.transport.settling import SETTLE_S

__all__ = ["FolderSettings", "HttpSettings", "ReadingSettings", "SftpSettings", "SqlSettings"]

Text = Annotated[str, Meta(min_length=1, max_length=2_000)]


class _Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class ReadingSettings(_Closed, frozen=True):
    """How files are read, whatever brings them; these stand above the tables."""

    settle_s: Annotated[float, Meta(ge=0, le=600)] = SETTLE_S
    take: Text | None = None


class HttpSettings(_Closed, frozen=True):
    """`[http]`; a secret stands in a file of its own, never here."""

    base_url: Text
    client_id: Text | None = None
    client_secret_file: Text | None = None
    token_path: Text = "oauth/token"  # noqa: S105  (a path)


class FolderSettings(_Closed, frozen=True):
    """`[folder]`, of this machine."""

    path: Text


class SftpSettings(_Closed, frozen=True):
    """`[sftp]`: two files beside it name our key and the server's."""

    host: Text
    username: Text
    client_key: Text
    known_hosts: Text
    port: Annotated[int, Meta(gt=0, lt=65_536)] = 22
    root: str = ""


class SqlSettings(_Closed, frozen=True):
    """`[sql]`: postgresql://…, or a SQLite file."""

    address: Text
    password_file: Text | None = None
