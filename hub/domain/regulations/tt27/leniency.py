"""Học sinh khuyết tật, môn được miễn: what is missing is legal, and what is there is judged leniently.

A pupil with a disability is assessed by an individual plan [secondary: the sector's data has a flag for it], an exempt
subject need not be assessed [assumed]. So nothing is recomputed for such a pupil, and a rule of the circular that is
broken warns. The contract of the document, such as known codes and their order, still holds for everybody.
"""

import msgspec

from hub.catalogue import Certainty, Severity, entry_of
from hub.domain.findings import Finding

__all__ = ["softened"]


def softened(found: Finding) -> Finding:
    """Return the finding as a warning, unless it stands on the contract of the document itself."""
    if entry_of(found.code).certainty is Certainty.CONTRACT:
        return found
    return msgspec.structs.replace(found, severity=Severity.WARN)
