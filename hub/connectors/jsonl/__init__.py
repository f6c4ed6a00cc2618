"""JSON Lines: one transcript a line, for all grades and every field of the document."""

from hub.connectors.jsonl.source import prepare, read_lines
from hub.connectors.jsonl.writing import write_jsonl

__all__ = ["prepare", "read_lines", "write_jsonl"]
