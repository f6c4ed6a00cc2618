"""Sở's database: what schools sent, what it was answered, what was locked, and the log of locks."""

from hub.store.so.known import load_known, roster_of
from hub.store.so.locks import load_rounds, write_lock
from hub.store.so.outcomes import receipt_of_message, write_outcome

__all__ = ["load_known", "load_rounds", "receipt_of_message", "roster_of", "write_lock", "write_outcome"]
