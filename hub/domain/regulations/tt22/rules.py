"""All of TT 22/2021 on one document: its form, and every value that can be recomputed.

Each rule tells quickly whether its stated values agree; only a difference, or `hub check --explain`, is spelt out. A
rule starts from the values that the document states in the step before, so that one mistake is told once.
"""

from collections.abc import Iterator

from hub.domain.findings import Finding
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.secondary_form import check_form
from hub.domain.regulations.tt22 import awards, learning, programme, result, training, year_values
from hub.domain.regulations.tt22.retake import check_retakes
from hub.domain.regulations.tt22.study_topics import check_study_topics
from hub.domain.regulations.tt22.subjects import form_of
from hub.domain.transcript import Transcript

__all__ = ["check", "compute"]

_RULES = (  # in the order of the articles
    (year_values.agrees, year_values.compute),
    (learning.agrees, learning.compute),
    (training.agrees, training.compute),
    (result.agrees, result.compute),
    (awards.agrees, awards.compute),
    (programme.agrees, programme.compute),
)


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings on a document of grades 6-12.

    A pupil with a disability has a plan of their own: only the form is judged, nothing is recomputed.
    """
    found = check_form(transcript, form_of(transcript.grade))
    found += check_study_topics(transcript)
    if transcript.student.disability_exempt is True:
        return found
    found += check_retakes(transcript)
    for agrees, spell_out in _RULES:
        if not agrees(transcript):
            found += [computed.finding() for computed in spell_out(transcript) if not computed.agrees]
    found += programme.check_confirmed(transcript)
    return found


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield every value of a document of grades 6-12 that can be recomputed, agreeing or not."""
    if transcript.student.disability_exempt is True:
        return
    for _, spell_out in _RULES:
        yield from spell_out(transcript)
