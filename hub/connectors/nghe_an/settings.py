"""`[database]` of `connector.toml`: where the province's database is, and how its changes are known."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.connectors.sdk import Opened
from hub.connectors.sdk.toml_files import typed
from hub.connectors.transport.settings import has_password
from hub.errors import Refused

__all__ = ["Database", "DatabaseSettings", "open_database"]

Address = Annotated[str, Meta(pattern=r"\Apostgres(?:ql)?://", max_length=2_000, description="postgresql://…")]
Name = Annotated[str, Meta(pattern=r"\A[a-z_][a-z0-9_]{0,62}\Z", description="a–z, 0–9, _")]
_TABLE = "database"
_REASON_LENGTH_MAX = 200
_SCHEMAS = {"replication": "hoc_ba", "view": "hub_xem"}


class DatabaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may stand in the table. A password stands in `password_file`, in the form of PostgreSQL's own."""

    url: Address
    write_url: Address | None = None
    password_file: Annotated[str, Meta(min_length=1)] | None = None
    changes: Literal["replication", "view"] = "replication"
    schema: Name | None = None
    staging: Name = "hub_den"
    slot: Name = "hub_nghe_an"
    publication: Name = "hub_nghe_an"


@dataclass(frozen=True, slots=True)
class Database:
    """The settings, checked; paths are whole."""

    said: DatabaseSettings
    password_file: Path | None

    @property
    def schema(self) -> str:
        """Return where the tables, or the views, stand."""
        return self.said.schema or _SCHEMAS[self.said.changes]

    @property
    def write_url(self) -> str:
        """Return the address of the role that writes answers."""
        return self.said.write_url or self.said.url


def open_database(opened: Opened) -> Database:
    """Return the database of an instance. Raises Refused SYSTEM_ADDRESS_WRONG for settings that are not right."""
    try:
        said = typed(opened.settings.get(_TABLE), DatabaseSettings)
    except ValueError as error:
        raise _wrong(str(error)) from None
    for address in filter(None, (said.url, said.write_url)):
        if has_password(address):
            raise _wrong("a password stands in password_file")
    return Database(said, None if said.password_file is None else opened.folder / said.password_file)


def _wrong(reason: str) -> Refused:
    return Refused("SYSTEM_ADDRESS_WRONG", {"reason": f"[{_TABLE}] {reason}"[:_REASON_LENGTH_MAX]})
