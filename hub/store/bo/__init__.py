"""Bộ's database: each Sở's log as far as it is proved, the locks it decided, the transcripts it ingested."""

from hub.store.bo.identity import Place, hold_links, settle_lock, write_link
from hub.store.bo.ingest import (
    load_log,
    write_acceptance,
    write_again,
    write_closing,
    write_fork,
    write_head,
    write_staged,
)
from hub.store.bo.published import moved_row, published_rows

__all__ = [
    "Place",
    "hold_links",
    "load_log",
    "moved_row",
    "published_rows",
    "settle_lock",
    "write_acceptance",
    "write_again",
    "write_closing",
    "write_fork",
    "write_head",
    "write_link",
    "write_staged",
]
