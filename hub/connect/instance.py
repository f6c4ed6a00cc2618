"""One instance of a connector: `connector.toml` in its own folder. A secret never stands in it, only a file's name.

connector = "hai-phong"                 the connector: a name, a folder or a file; default: the folder's name
so = "hai-phong"                        whose records; default: the manifest's
door = "so"                             for checks only: a folder that answers like a Sở
poll_s = 30                             how often it is asked when nothing was new; default: the manifest's
settle_s = 5                            how long a file lies still before it is read
take = "gui/*/2025-2026/*.xlsx"         which files are read, in place of the connector's pattern: no old school years
[transfers]                             whose transferred histories are taken: see `transfer_settings`
[http]                                  what the connector itself asks for
base_url = "https://…"
client_secret_file = "secret"           beside this file, readable by nobody else

Invariant: no key is ignored, so that a misspelt one and a secret in the wrong place are refused. A table of a name of
its own is for a vendor's connector to check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from hub.connect.transfer_settings import TransferSettings
from hub.connectors.sdk import did_you_mean
from hub.connectors.sdk.toml_files import read_toml, typed
from hub.connectors.transport import FolderSettings, HttpSettings, ReadingSettings, SftpSettings, SqlSettings
from hub.errors import Refused

__all__ = ["INSTANCE_FILE", "Instance", "read_instance"]

INSTANCE_FILE = "connector.toml"
_TABLES = ("http", "folder", "sftp", "sql", "transfers")
_REASON_LENGTH_MAX = 200


class _File(ReadingSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    connector: str | None = None
    so: str | None = None
    door: str | None = None
    poll_s: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    http: HttpSettings | None = None
    folder: FolderSettings | None = None
    sftp: SftpSettings | None = None
    sql: SqlSettings | None = None
    transfers: TransferSettings | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """`settings` is the whole file; `door` the folder of a stand-in for Sở, None for the real one."""

    name: str
    folder: Path
    so: str
    settings: Mapping[str, Any]
    door: Path | None = None


def read_instance(folder: Path) -> dict[str, Any]:
    """Return what `connector.toml` says, {} without one. Raises Refused CONNECTOR_INSTANCE_WRONG."""
    path = folder / INSTANCE_FILE
    if not path.exists():
        return {}
    try:
        found = read_toml(path)
        typed({name: value for name, value in found.items() if not _is_own(name, value)}, _File)
    except ValueError as error:
        raise _wrong(folder, str(error)[:_REASON_LENGTH_MAX]) from None
    return found


def _is_own(name: str, value: object) -> bool:
    """Tell whether it is a table that only the connector knows, and no misspelt one of ours."""
    return isinstance(value, Mapping) and did_you_mean(name, _TABLES) is None


def _wrong(folder: Path, reason: str) -> Refused:
    return Refused("CONNECTOR_INSTANCE_WRONG", {"file": f"{folder.name}/{INSTANCE_FILE}", "reason": reason})
