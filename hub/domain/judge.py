"""Judge (thẩm tra) one transcript: structure, identity, texts and the rules of its circular, all findings at once.

Pure: the date comes in, and the same document on the same date under the same policy has the same findings.
"""

from datetime import date

from hub.catalogue import Severity
from hub.domain.findings import FINDING_COUNT_MAX, Finding
from hub.domain.identity import check_identity
from hub.domain.reading import Reading, read
from hub.domain.regulations import check_regulation
from hub.domain.severities import Severities, under
from hub.domain.structure import check_structure
from hub.domain.text import check_texts
from hub.domain.transcript import Transcript

__all__ = ["capped", "examine", "judge"]


def judge(transcript: Transcript, at: date, policy: Severities | None = None) -> list[Finding]:
    """Return the findings on a transcript received on civil date `at` (UTC+7), at most FINDING_COUNT_MAX.

    `policy` is what the dated policies of Bộ and Sở make of the catalogue (`Snapshot.severities`): it may raise a
    warning to a refusal unless its ground is assumed. Refusals come first when there are too many findings.
    """
    found = check_structure(transcript, at)
    found += check_identity(transcript)
    found += check_texts(transcript)
    if not any(f.code == "SCHOOL_YEAR_NOT_CONSECUTIVE" for f in found):
        found += check_regulation(transcript)
    if not found:
        return found
    return capped(under(policy, found) if policy else found)


def examine(document: bytes, at: date, policy: Severities | None = None) -> Reading:
    """Read and judge bytes; findings of bytes, shape and rules stand together, at most FINDING_COUNT_MAX.

    The transcript is there whenever it could be typed, also beside refusals: ask `refuses(reading.findings)`.
    """
    reading = read(document)
    if reading.transcript is None:
        return reading
    judged = judge(reading.transcript, at, policy)
    return Reading(reading.transcript, tuple(capped([*reading.findings, *judged]))) if judged else reading


def capped(found: list[Finding]) -> list[Finding]:
    """Return at most FINDING_COUNT_MAX findings; when some are left out, refusals come first."""
    if len(found) > FINDING_COUNT_MAX:
        found = sorted(found, key=lambda f: f.severity is not Severity.REFUSE)
    return found[:FINDING_COUNT_MAX]
