"""Kế hoạch gài lỗi: which document, command or record gets which fault. Data, worked out before anything is drawn.

A share of the documents is faulty, each kind in turn, spread over all classes of a fitting level; where the share has
room, faults against single rules follow, which are planted only if the document of that seat fits. Whole commands and
records are added to schools that have the persons for it. The first document of every submission stays good.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import gcd
from typing import TypeVar

from hub.local.population.fault import CommandFault, DocumentFault, RecordFault
from hub.local.population.faults import DOCUMENT_FAULTS
from hub.local.population.faults_of_commands import COMMAND_FAULTS
from hub.local.population.faults_of_records import RECORD_FAULTS
from hub.local.population.rule_faults import RULE_FAULTS, RuleFault, levels_of
from hub.local.population.schools import Level, SchoolClass, SyntheticSchool
from hub.local.population.strangers import has_strangers
from hub.local.population.submissions import class_command_id

__all__ = ["COMMAND_SHARE", "DOCUMENT_SHARE", "NO_FAULTS", "Plan", "plan_of"]

DOCUMENT_SHARE = 0.02  # of the documents of the current year
COMMAND_SHARE = 0.01  # of the class submissions; as many again for records
CLASS_SIZE_LEAST = 12  # a smaller class gets no fault

Seat = tuple[SyntheticSchool, SchoolClass]
_TURN: tuple[DocumentFault | RuleFault, ...] = (
    *DOCUMENT_FAULTS,
    *(fault for fault in RULE_FAULTS if levels_of(fault.regulations) and fault.rewrite is None),
)
F = TypeVar("F", CommandFault, RecordFault)


@dataclass(frozen=True, slots=True)
class Plan:
    """`documents[command_id][index]` is the fault of a document; `commands` and `records` follow that command."""

    documents: Mapping[str, Mapping[int, DocumentFault | RuleFault]]
    commands: Mapping[str, Sequence[CommandFault]]
    records: Mapping[str, Sequence[RecordFault]]


NO_FAULTS = Plan({}, {}, {})


def plan_of(
    schools: Sequence[SyntheticSchool],
    school_year: str,
    *,
    document_share: float = DOCUMENT_SHARE,
    command_share: float = COMMAND_SHARE,
) -> Plan:
    """Plan the faults; each kind at least once where the population has room (2,000 pupils in 8 schools have)."""
    seats = [(s, c) for s in schools for c in s.classes if c.size >= CLASS_SIZE_LEAST]
    special = [(s, c) for s, c in seats if has_strangers(s, schools)]
    pupil_count = sum(school.pupil_count for school in schools)
    document_count = max(len(DOCUMENT_FAULTS), round(pupil_count * document_share))
    extra_count = round(len(seats) * command_share)
    return Plan(
        documents=_documents(seats, special, school_year, document_count),
        commands=_extras(COMMAND_FAULTS, special, school_year, extra_count),
        records=_extras(RECORD_FAULTS, special, school_year, extra_count),
    )


def _documents(
    seats: Sequence[Seat], special: Sequence[Seat], school_year: str, count: int
) -> dict[str, dict[int, DocumentFault | RuleFault]]:
    planned: dict[str, dict[int, DocumentFault | RuleFault]] = defaultdict(dict)
    turns: dict[tuple[bool, frozenset[Level]], Iterator[Seat]] = {}
    for number in range(count):
        fault = _TURN[number % len(_TURN)]
        group = _needs(fault)
        if group not in turns:
            fitting = [seat for seat in (special if group[0] else seats) if seat[0].level in group[1]]
            turns[group] = cycle(_spread(fitting))
        seat = next(turns[group], None)
        if seat is None:
            continue
        inside = planned[class_command_id(*seat, school_year)]
        index = len(inside) + 1
        if index < seat[1].size // 2:
            inside[index] = fault
    return dict(planned)


def _needs(fault: DocumentFault | RuleFault) -> tuple[bool, frozenset[Level]]:
    """Tell whether a fault needs strangers in its school, and the levels that it fits."""
    if isinstance(fault, RuleFault):
        return False, levels_of(fault.regulations)
    return fault.needs_strangers, fault.levels


def _extras(faults: Sequence[F], special: Sequence[Seat], school_year: str, count: int) -> dict[str, list[F]]:
    planned: dict[str, list[F]] = defaultdict(list)
    seats = _spread(list(special))
    for number in range(max(len(faults), count) if seats else 0):
        school, of = seats[number % len(seats)]
        planned[class_command_id(school, of, school_year)].append(faults[number % len(faults)])
    return dict(planned)


def _spread(seats: list[Seat]) -> list[Seat]:
    """Order seats so that neighbours in the order lie far apart: a coprime step near the golden section."""
    count = len(seats)
    step = next((k for k in range(int(count * 0.618), count) if k and gcd(k, count) == 1), 1)
    return [seats[k * step % count] for k in range(count)]
