"""What one run was, what was done to it and how it ended: a line for people, and one of JSON for a campaign."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tests.fault.ledger import Ledger

__all__ = ["Hit", "Result", "result_of", "totals"]

SHARE_FIRST, SHARE_LAST = 0.1, 0.9  # outside of these a fault met no work, and the run has shown nothing
_SHOWN_MAX = 6


@dataclass
class Hit:
    """One blow. `share` is how much the stage had done by then; `recovery_s` is to the next progress: from the
    blow, or from the moment at which the server that was gone was started again (its own start counts).
    """

    what: str
    stage: str
    share: float
    before: int
    at: float  # monotonic
    recovery_s: float | None = None
    named: bool = False  # the process died at a point that it named itself, and its stage went on afterwards

    @property
    def mid_work(self) -> bool:
        """Tell whether there was work on both sides of the blow."""
        return self.recovery_s is not None if self.named else SHARE_FIRST <= self.share <= SHARE_LAST


@dataclass
class Result:
    """One run. `problems` is empty when everything held."""

    case: str
    invariant: str
    seed: int
    hits: list[Hit] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    violations: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """Return "held", "missed" (the fault met no work) or "broken"."""
        if self.problems:
            return "broken"
        return "held" if all(hit.mid_work for hit in self.hits) and self.hits else "missed"

    @property
    def recovery_s(self) -> float:
        """The slowest recovery."""
        return max((hit.recovery_s or 0.0 for hit in self.hits), default=0.0)

    @property
    def line(self) -> str:
        """One line for people."""
        hits = ", ".join(f"{h.what} at {h.share:.0%} ({_seconds(h.recovery_s)})" for h in self.hits[:_SHOWN_MAX])
        more = f" and {len(self.hits) - _SHOWN_MAX} more" if len(self.hits) > _SHOWN_MAX else ""
        n = self.ledger
        told = f"{self.case} [{self.invariant}] seed {self.seed}: {hits}{more}; sent {n.sent}, locked {n.locked}, "
        told += f"at Bộ {n.at_bo}, lost {n.lost}, doubled {n.doubled}, changed {n.changed}; "
        told += f"recovery {self.recovery_s:.1f} s, run {self.seconds:.1f} s: {self.outcome}"
        return told + "".join(f"\n    {problem}" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """Return everything that a campaign adds up."""
        named: dict[str, Any] = {"outcome": self.outcome, "recovery_s": round(self.recovery_s, 2)}
        hits = [asdict(hit) | {"share": round(hit.share, 3)} for hit in self.hits]
        return asdict(self) | named | {"hits": hits, "seconds": round(self.seconds, 1)}


def result_of(told: dict[str, Any]) -> Result:
    """Return a run as `dataclasses.asdict` told it, from another process."""
    return Result(**(told | {"hits": [Hit(**hit) for hit in told["hits"]], "ledger": Ledger(**told["ledger"])}))


def totals(results: list[Result]) -> str:
    """Return the one line at the end."""
    lost, doubled, changed = (sum(getattr(r.ledger, n) for r in results) for n in ("lost", "doubled", "changed"))
    held = sum(r.outcome == "held" for r in results)
    return (
        f"total: {len(results)} runs, {held} held, {sum(len(r.hits) for r in results)} faults, lost {lost}, doubled "
        f"{doubled}, changed after lock {changed}, slowest recovery {max(r.recovery_s for r in results):.1f} s"
    )


def _seconds(value: float | None) -> str:
    return "not timed" if value is None else f"{value:.1f} s"
