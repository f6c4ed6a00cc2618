"""What a record means: it is the document itself, in the bytes that were signed."""

from hub.connectors.mapping import NativeMapper

__all__ = ["MAPPER"]

MAPPER = NativeMapper()
