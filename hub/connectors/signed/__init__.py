"""Source documents that somebody else signed, or nobody: read into what is signed, or judged by their structure.

Signed XML (`read_xades`), signed PDF (`read_pades`), scans (`read_scan`). Pure functions: no network, no clock; what is
trusted comes in as certificates. They bound what they read, and a caller that reads strangers' bytes runs them in a
process of its own (`hub.sources`).
"""

from hub.connectors.signed.pades import PadesPart, read_pades
from hub.connectors.signed.scan import ScanPart, read_scan
from hub.connectors.signed.xades import XadesPart, read_xades
from hub.connectors.signed.xml_bounds import SOURCE_BYTE_COUNT_MAX

__all__ = [
    "SOURCE_BYTE_COUNT_MAX", "PadesPart", "ScanPart", "XadesPart", "read_pades", "read_scan", "read_xades",
]  # fmt: skip
