"""Sở's database: what schools sent, what it was answered, what was locked, and the log of locks."""

from hub.store.so.corrections import is_corrected, reopen
from hub.store.so.decisions import command_id_of, hold_identities, load_links
from hub.store.so.known import load_known
from hub.store.so.locks import load_rounds, write_lock
from hub.store.so.outcomes import receipt_of_message, write_outcome
from hub.store.so.rosters import roster_of

__all__ = [
    "command_id_of",
    "hold_identities",
    "is_corrected",
    "load_known",
    "load_links",
    "load_rounds",
    "receipt_of_message",
    "reopen",
    "roster_of",
    "write_lock",
    "write_outcome",
]
