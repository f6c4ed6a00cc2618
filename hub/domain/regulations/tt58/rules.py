"""All that is known of TT 58/2011 on one document, in the order of the circular."""

from collections.abc import Iterator

from hub.domain.findings import Finding
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.secondary_form import check_form
from hub.domain.regulations.tt58.form import FORM
from hub.domain.regulations.tt58.learning import check_learning, compute_learning
from hub.domain.regulations.tt58.result import check_result, compute_result
from hub.domain.regulations.tt58.year_values import check_years, compute_years
from hub.domain.transcript import Transcript

__all__ = ["check", "compute"]


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings on an older document of grades 6-12; `check_regulation` makes all of them warnings."""
    found = check_form(transcript, FORM)
    found += check_years(transcript)
    found += check_learning(transcript)
    found += check_result(transcript)
    return found


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield every value that can be recomputed, agreeing or not."""
    yield from compute_years(transcript)
    yield from compute_learning(transcript)
    yield from compute_result(transcript)
