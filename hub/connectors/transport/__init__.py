"""How a connector reaches a system: HTTP with OAuth 2, files in a folder or over SFTP, SQL. Each with its limits.

A transport knows no record and no hub. It reads no clock: seconds that only go on come in as `now`, and a wait is a
fact of `Unavailable` (`retry_after_s`), never a sleep. Hostile input ends as `Refused`, a system that is not there as
`Unavailable`; both with a code of the family `connector/transport`.
"""

from hub.connectors.transport.file_cursor import FileCursor
from hub.connectors.transport.file_source import FileRecords, FileSource, ReadFile
from hub.connectors.transport.files import Entry, FileStore, Listing, is_passed_over, matching, refused_name
from hub.connectors.transport.folder import FolderStore
from hub.connectors.transport.group_at_work import GroupAtWork
from hub.connectors.transport.http import HttpAnswer, HttpClient
from hub.connectors.transport.oauth import TokenSource
from hub.connectors.transport.pace import Paces
from hub.connectors.transport.setting_tables import (
    FolderSettings,
    HttpSettings,
    ReadingSettings,
    SftpSettings,
    SqlSettings,
)
from hub.connectors.transport.settings import open_http, open_settling, open_sql, open_store, take_of
from hub.connectors.transport.settling import Settling
from hub.connectors.transport.sftp import SftpStore
from hub.connectors.transport.sql import SqlReader, SqlRow

__all__ = [
    "Entry", "FileCursor", "FileRecords", "FileSource", "FileStore", "FolderSettings", "FolderStore", "GroupAtWork",
    "HttpAnswer", "HttpClient", "HttpSettings", "Listing", "Paces", "ReadFile", "ReadingSettings", "Settling",
    "SftpSettings", "SftpStore", "SqlReader", "SqlRow", "SqlSettings", "TokenSource", "is_passed_over", "matching",
    "open_http", "open_settling", "open_sql", "open_store", "refused_name", "take_of",
]  # fmt: skip
