"""Sources of sealed documents, read again: does the source say just this document, by the mapping that the seal names?

Whoever takes a sealed document asks here: Sở before it accepts, anybody who verifies an evidence file (ADR 0029). The
reading itself (`judging`) is pure and runs in a child process (`child`) of little memory and time, without network.
"""

from hub.sources.checking import SourceReaders, check_sources
from hub.sources.reader import ChildLimits
from hub.sources.verifying import verify_with_source

__all__ = ["ChildLimits", "SourceReaders", "check_sources", "verify_with_source"]
