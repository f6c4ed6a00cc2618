"""Học sinh khuyết tật, môn được miễn, quy định cũ: where a broken rule tells, and does not refuse.

Legal source: none in hand. A pupil with a disability is assessed by an individual plan [secondary: the sector's data
has a flag for it], an exempt subject need not be assessed [assumed]: nothing is recomputed for such a pupil, and a rule
of the circular that is broken warns. The contract of the document, such as known codes and their order, still holds
for everybody. Of TT 58/2011 and TT 30/2014 the text is not in hand: under them nothing refuses, their form included.
"""

import msgspec

from hub.catalogue import Certainty, Severity, entry_of
from hub.domain.findings import Finding

__all__ = ["lowered", "softened"]


def softened(found: Finding) -> Finding:
    """Return the finding as a warning, unless it stands on the contract of the document itself."""
    return found if entry_of(found.code).certainty is Certainty.CONTRACT else lowered(found)


def lowered(found: Finding) -> Finding:
    """Return the finding as a warning, whatever its ground."""
    return msgspec.structs.replace(found, severity=Severity.WARN)
