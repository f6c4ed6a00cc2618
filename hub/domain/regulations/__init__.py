"""The circulars: which one applies, and what each says about a document.

TT 27/2020 (primary) and TT 22/2021 (secondary) are checked in full; TT 58/2011 and TT 30/2014 as far as they are known,
as warnings only. Nothing here claims conformity.

Where a rule goes: `check.py` picks the circular; the package of a circular has one module for each group of articles,
and its `rules.py` asks them in the order of the articles. A rule on what a document must hold is a `check_…` and yields
findings; one that recomputes a value yields a `Computed`, of which a difference makes the finding. What both circulars
of a kind of school share stands here beside them (`primary_rows`, `secondary_form`, `averages`, `promotion`), and so
does what holds under every one (`awards`, `rows`, `foreign_fields`, `leniency`). The article, certainty and texts of a
finding stand in its entry in hub.catalogue.
"""

from hub.domain.regulations.applicability import regulation_for
from hub.domain.regulations.check import check_regulation, explain, subject_order
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.tt27 import COMPETENCES, QUALITIES, rating_of

__all__ = [
    "COMPETENCES",
    "QUALITIES",
    "Computed",
    "check_regulation",
    "explain",
    "rating_of",
    "regulation_for",
    "subject_order",
]
