"""What is said of one record while it is mapped: findings for people, losses for the loss report."""

from collections.abc import Iterable

from hub.catalogue import Severity
from hub.connectors.sdk.losses import Kind, Loss
from hub.connectors.sdk.proposing import did_you_mean
from hub.domain.characters import visible
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding, refuses

__all__ = ["Told"]

_PATH_LENGTH_MAX = 200


class Told:
    """Collects; `path` is the place in this record ("mon_hoc[3].muc"), `declared` that of a manifest (… [*] …)."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings = list(findings)
        self._losses: dict[Loss, None] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is told to people, at most FINDING_COUNT_MAX; what refuses comes first then."""
        if len(self._findings) > FINDING_COUNT_MAX:
            self._findings.sort(key=lambda found: found.severity is not Severity.REFUSE)
        return tuple(self._findings[:FINDING_COUNT_MAX])

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Return each loss once, as often as it may have happened in this record."""
        return tuple(self._losses)

    @property
    def refused(self) -> bool:
        """Tell whether the record makes no document."""
        return refuses(self._findings)

    def add(self, findings: Iterable[Finding]) -> None:
        """Add findings made elsewhere."""
        self._findings.extend(findings)

    def lose(self, kind: Kind, declared: str) -> None:
        """Note a loss on the way in; at most FINDING_COUNT_MAX for one record."""
        if len(self._losses) < FINDING_COUNT_MAX:
            self._losses[Loss(kind, _shown(declared))] = None

    def wrong(self, path: str, value: object, expected: str) -> None:
        """A value is none of its kind: the record is refused."""
        self._note("MAPPING_VALUE_WRONG", path, value, expected=expected)

    def missing(self, path: str, to: str, known: Iterable[str], declared: str | None = None) -> None:
        """A path is not there: refuses; with `declared` (a path that may be empty) it warns and is a loss."""
        hints = _hints(did_you_mean(path, known))
        found = finding("MAPPING_FIELD_MISSING", path, None, {"path": _shown(path), "to": to} | hints)
        if declared is not None:
            found = Finding(found.code, found.path, None, Severity.WARN, found.facts)
            self.lose("defaulted", declared)
        self._findings.append(found)

    def unknown(self, path: str, declared: str, known: Iterable[str]) -> None:
        """No rule names a path: what stands there is dropped, and told."""
        facts = {"path": _shown(path)} | _hints(did_you_mean(path, known))
        self._findings.append(finding("MAPPING_FIELD_UNKNOWN", _shown(path), None, facts))
        self.lose("dropped", declared)

    def code_unknown(self, path: str, table: str, value: str, proposal: str | None) -> None:
        """A code stands in no row of its table."""
        hints = _hints(proposal)
        self._findings.append(
            finding("MAPPING_CODE_UNKNOWN", path, visible(value[:60]), {"path": _shown(path), "table": table} | hints)
        )

    def code_not_in_force(self, path: str, table: str, value: str, school_year: str) -> None:
        """A code is of another time."""
        self._note("MAPPING_CODE_NOT_IN_FORCE", path, value, table=table, school_year=school_year)

    def unregistered(self, path: str, school: str) -> None:
        """The register has no such school in that school year."""
        self._findings.append(finding("SCHOOL_UNKNOWN", path, visible(school[:60])))

    def other_province(self, path: str, province: str, school_year: str) -> None:
        """The record names a province that cannot be that of its school."""
        shown = province if province.isdecimal() else "?"  # a text of another column is no fact
        facts = {"province": shown[:2], "school_year": school_year}
        self._findings.append(finding("PROVINCE_NOT_IN_YEAR", path, visible(province[:20]), facts))

    def ticks(self, path: str, to: str, count: int) -> None:
        """Too many or too few boxes are ticked."""
        self._note("MAPPING_TICKS_WRONG", path, None, to=to, count=str(count))

    def defaulted(self, path: str, declared: str) -> None:
        """A default stands for what is not there."""
        self._note("MAPPING_DEFAULTED", path, None)
        self.lose("defaulted", declared)

    def widened(self, path: str, declared: str) -> None:
        """Two things of the system became one of the document."""
        self._note("MAPPING_WIDENED", path, None)
        self.lose("widened", declared)

    def guessed(self, path: str, declared: str, value: object = None) -> None:
        """A value was repaired before it was read."""
        self._note("MAPPING_GUESSED", path, value)
        self.lose("guessed", declared)

    def _note(self, code: str, path: str, value: object, **facts: str) -> None:
        shown = None if value is None else visible(str(value)[:60])
        self._findings.append(finding(code, path, shown, {"path": _shown(path)} | facts))


def _shown(path: str) -> str:
    return visible(path[:_PATH_LENGTH_MAX])


def _hints(proposal: str | None) -> dict[str, str]:
    """Return the proposal in both languages, empty where there is none, as for fields of documents."""
    if proposal is None:
        return {"proposal": "", "hint_vi": "", "hint_en": ""}
    near = _shown(proposal)
    return {"proposal": near, "hint_vi": f" Có phải “{near}” không?", "hint_en": f" Did you mean “{near}”?"}
