"""Bộ's database: each Sở's log as far as it is proved, the locks it decided, the transcripts it ingested."""

from hub.store.bo.ingest import load_log, write_head, write_staged
from hub.store.bo.published import published_rows

__all__ = ["load_log", "published_rows", "write_head", "write_staged"]
