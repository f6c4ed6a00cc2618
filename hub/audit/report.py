"""What the audit says: for each check what it promises, how much it looked at, and what it found broken.

Examples carry codes, hashes, offsets and the codes of schools; never a name, a mark or an identity number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["EXAMPLES_MAX", "Check", "Report"]

EXAMPLES_MAX = 20


@dataclass
class Check:
    """One promise. `unfinished` counts what only waits, on a hub that is at work; at rest waiting is a violation."""

    name: str
    promise: str
    at_rest: bool = True
    looked_at: int = 0
    violations: int = 0
    unfinished: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)

    def saw(self, count: int = 1) -> None:
        """Count what was looked at: a check that looked at nothing has shown nothing."""
        self.looked_at += count

    def broken(self, code: str, /, **where: object) -> None:
        """Note one violation; the first twenty are listed, all are counted."""
        self.violations += 1
        if len(self.examples) < EXAMPLES_MAX:
            self.examples.append({"code": code} | {name: _text(value) for name, value in where.items()})

    def waits(self, code: str, /, **where: object) -> None:
        """Note what is not done yet."""
        if self.at_rest:
            self.broken(code, **where)
        else:
            self.unfinished += 1

    def same(self, code: str, found: object, expected: object, /, **where: object) -> bool:
        """Note a violation unless both are equal; tell whether they are."""
        if found != expected:
            self.broken(code, **where)
        return found == expected


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one audit."""

    checks: Sequence[Check]

    @property
    def violations(self) -> int:
        """How many violations all checks found together."""
        return sum(check.violations for check in self.checks)

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the checks that failed."""
        return tuple(check.name for check in self.checks if check.violations)

    def as_json(self) -> dict[str, Any]:
        """Return {checks: [{name, promise, looked_at, violations, unfinished, examples}], violations, ok}."""
        shown = ("name", "promise", "looked_at", "violations", "unfinished", "examples")
        return {
            "checks": [{name: getattr(check, name) for name in shown} for check in self.checks],
            "violations": self.violations,
            "ok": not self.violations,
        }


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
