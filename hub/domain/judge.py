"""Judge (thẩm tra) one transcript: structure, identity and the rules of its circular, all findings at once.

Pure: the date comes in, and the same document on the same date under the same policy has the same findings.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from hub.catalogue import Certainty, Severity, entry_of
from hub.domain.findings import FINDING_COUNT_MAX, Finding
from hub.domain.identity import check_identity
from hub.domain.reading import Reading, read
from hub.domain.regulations import check_regulation
from hub.domain.structure import check_structure
from hub.domain.transcript import Transcript

__all__ = ["examine", "judge"]


def judge(transcript: Transcript, at: date, policy: Mapping[str, Severity] | None = None) -> list[Finding]:
    """Return the findings on a transcript received on civil date `at` (UTC+7), at most FINDING_COUNT_MAX.

    `policy` is the dated per-code policy of Bộ or Sở: it may raise a warning to a refusal unless its ground is
    assumed, and it never lowers a refusal. Refusals come first when there are too many findings.
    """
    found = check_structure(transcript, at)
    found += check_identity(transcript)
    if not any(f.code == "SCHOOL_YEAR_NOT_CONSECUTIVE" for f in found):
        found += check_regulation(transcript)
    if not found:
        return found
    return _capped([_under(policy, f) for f in found] if policy else found)


def examine(document: bytes, at: date, policy: Mapping[str, Severity] | None = None) -> Reading:
    """Read and judge bytes; findings of bytes, shape and rules stand together, at most FINDING_COUNT_MAX.

    The transcript is there whenever it could be typed, also beside refusals: ask `refuses(reading.findings)`.
    """
    reading = read(document)
    if reading.transcript is None:
        return reading
    judged = judge(reading.transcript, at, policy)
    return Reading(reading.transcript, tuple(_capped([*reading.findings, *judged]))) if judged else reading


def _under(policy: Mapping[str, Severity], found: Finding) -> Finding:
    raised = policy.get(found.code) is Severity.REFUSE and found.severity is Severity.WARN
    if raised and entry_of(found.code).certainty is not Certainty.ASSUMED:
        return msgspec.structs.replace(found, severity=Severity.REFUSE)
    return found


def _capped(found: list[Finding]) -> list[Finding]:
    if len(found) > FINDING_COUNT_MAX:
        found = sorted(found, key=lambda f: f.severity is not Severity.REFUSE)
    return found[:FINDING_COUNT_MAX]
