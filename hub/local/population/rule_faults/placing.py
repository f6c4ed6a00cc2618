"""Where a rule fault goes in a population: the faulty document, if the fault fits it and leaves it in its place."""

from functools import cache

import msgspec

from hub.domain.transcript import Transcript
from hub.local.population.rule_faults.rule_fault import FORMER, TT22, TT27, Json, RuleFault
from hub.local.population.schools import Level

__all__ = ["faulty_value", "levels_of"]

_encode, _decode = msgspec.json.encode, msgspec.json.decode


def faulty_value(transcript: Transcript, fault: RuleFault) -> Json | None:
    """Return the document with the fault as plain JSON values; None where the fault does not fit.

    A document that would then belong to another round, year or place of the register, and one that is judged more
    leniently (a former circular, a plan of its own), is left as it is.
    """
    regulation = transcript.regulation
    lenient = transcript.student.disability_exempt is True
    if regulation not in fault.regulations or regulation in FORMER or lenient:
        return None
    value: Json = _decode(_encode(transcript))
    return value if fault.plant(value) and _place(value) == _place(_decode(_encode(transcript))) else None


def _place(value: Json) -> tuple[object, ...]:
    return value["school"], value["school_year"], value["regulation"], value["result"]["completed"]


@cache
def levels_of(regulations: frozenset[str]) -> frozenset[Level]:
    """Return the school levels whose current circular is among `regulations`."""
    primary = frozenset({Level.PRIMARY})
    return (primary if regulations & TT27 else frozenset()) | (
        frozenset(Level) - primary if regulations & TT22 else frozenset()
    )
