"""Chuyên đề học tập, grades 10-12: three clusters of 35 periods a year, each of a subject that the pupil takes.

Legal source: TT 32/2018 as amended by TT 13/2022 [assumed: from memory], so that these findings only warn. A topic's
result is one regular mark of its subject and has no place of its own in a document.
"""

import functools

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.foreign_fields import foreign
from hub.domain.regulations.rows import misordered, repeated
from hub.domain.regulations.tt22.subjects import LAST_LOWER_GRADE, REGULATION, TOPIC_SUBJECTS, UPPER, name_of
from hub.domain.transcript import Transcript

__all__ = ["check_study_topics"]

_TOPIC_COUNT = 3
_PATH = "$.study_topics"


def check_study_topics(transcript: Transcript) -> tuple[Finding, ...]:
    """Judge the subjects of study topics, where a document of grades 10-12 names them; it need not."""
    topics = transcript.study_topics
    if topics is UNSET:
        return ()
    if transcript.grade <= LAST_LOWER_GRADE:
        return (foreign("study_topics", _PATH, REGULATION),)
    lenient = transcript.student.disability_exempt is True
    return _topics(tuple(topics), frozenset([row.code for row in transcript.subjects]), lenient)


@functools.lru_cache(4096)
def _topics(topics: tuple[str, ...], taken: frozenset[str], lenient: bool) -> tuple[Finding, ...]:
    """Three topics, none twice, each of a subject of the pupil [assumed]; in the order of subjects [contract]."""
    found = [
        finding("STUDY_TOPIC_NOT_TAKEN", f"{_PATH}[{index}]", topic, {"subject": name_of(topic)})
        for index, topic in enumerate(topics)
        if topic not in taken or topic not in TOPIC_SUBJECTS
    ]
    found += repeated(topics, "STUDY_TOPIC_TWICE", _PATH, "subject")
    found += misordered(topics, UPPER.order, _PATH)
    if len(topics) != _TOPIC_COUNT and not lenient:
        facts = {"count": str(len(topics)), "expected": str(_TOPIC_COUNT)}
        found.append(finding("STUDY_TOPIC_COUNT", _PATH, None, facts))
    return tuple(found)
