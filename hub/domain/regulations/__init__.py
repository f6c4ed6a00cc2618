"""The circulars: which one applies, and what each says about a document.

TT 27/2020 (primary) and TT 22/2021 (secondary) are checked in full; TT 58/2011 and TT 30/2014 as far as they are known,
as warnings only. Nothing here claims conformity.
"""

from hub.domain.regulations.applicability import regulation_for
from hub.domain.regulations.check import check_regulation, explain, subject_order
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.tt27 import (
    COMPETENCES,
    GRID,
    QUALITIES,
    Place,
    competences_of,
    rating_of,
    required_subjects,
    scored_subjects,
)

__all__ = [
    "COMPETENCES",
    "GRID",
    "QUALITIES",
    "Computed",
    "Place",
    "check_regulation",
    "competences_of",
    "explain",
    "rating_of",
    "regulation_for",
    "required_subjects",
    "scored_subjects",
    "subject_order",
]
