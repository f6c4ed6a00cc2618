"""Source documents that somebody else signed, or nobody: signed XML, read into just the bytes that are signed.

Pure functions: no network, no clock; what is trusted comes in as certificates. They bound what they read, and a caller
that reads strangers' bytes runs them in a process of its own (`hub.sources`).
"""

from hub.connectors.signed.xades import XadesPart, read_xades
from hub.connectors.signed.xml_bounds import SOURCE_BYTE_COUNT_MAX

__all__ = ["SOURCE_BYTE_COUNT_MAX", "XadesPart", "read_xades"]
