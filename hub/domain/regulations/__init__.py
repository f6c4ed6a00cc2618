"""The circulars: which one applies, and what each says about a document.

TT 27/2020 (primary) is checked in full, TT 22/2021 in form; TT 58/2011 and TT 30/2014 in form, as warnings only.
"""

from hub.domain.regulations.applicability import regulation_for
from hub.domain.regulations.check import check_regulation, subject_order
from hub.domain.regulations.tt27_assessed import COMPETENCES, QUALITIES, competences_of
from hub.domain.regulations.tt27_grid import GRID, Place, required_subjects, scored_subjects
from hub.domain.regulations.tt27_rating import rating_of

__all__ = [
    "COMPETENCES",
    "GRID",
    "QUALITIES",
    "Place",
    "check_regulation",
    "competences_of",
    "rating_of",
    "regulation_for",
    "required_subjects",
    "scored_subjects",
    "subject_order",
]
