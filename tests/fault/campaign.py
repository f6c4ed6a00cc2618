"""The long campaign: `make campaign SEEDS=100`. Worker and broker kills over the whole journey, one JSON line a run.

HUB_CAMPAIGN_RESULTS names the file of results (default `data/campaign.jsonl`). A run that stands in it is not repeated,
so a campaign can be stopped at any time and goes on where it was; the totals are over everything in the file. With
HUB_CAMPAIGN_FIRST a second process plays later seeds into the same file.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.fault import blows
from tests.fault.rig import Case, Run, a_rig

__all__ = ["main", "told"]

_CACHE = Path(__file__).parents[2] / ".hub" / "cache"
_RUNS_PER_RIG = 30  # then fresh servers: what earlier runs left on the disk goes
_CASES: dict[str, Callable[[Run], None]] = {
    "campaign: kill -9 of a worker": blows.kill_some_worker,
    "campaign: kill -9 of the broker": blows.kill_broker,
}


def main() -> int:
    """Play what is missing; return 0 when everything in the file held."""
    path = Path(os.environ.get("HUB_CAMPAIGN_RESULTS", "data/campaign.jsonl"))
    path.parent.mkdir(parents=True, exist_ok=True)
    first, seeds = int(os.environ.get("HUB_CAMPAIGN_FIRST", "0")), int(os.environ.get("SEEDS", "100"))
    known = {(run["case"], run["seed"]) for run in _read(path)}
    todo = [(case, seed) for seed in range(first, first + seeds) for case in _CASES if (case, seed) not in known]
    for start in range(0, len(todo), _RUNS_PER_RIG):
        _play(todo[start : start + _RUNS_PER_RIG], path)
    runs = _read(path)
    sys.stdout.write(told(runs) + "\n")
    return 0 if all(run["outcome"] == "held" for run in runs) else 1


def told(runs: Iterable[dict[str, Any]]) -> str:
    """Return the totals of what stands in the file."""
    every = list(runs)
    sums = {name: sum(run["ledger"][name] for run in every) for name in ("lost", "doubled", "changed")}
    outcomes = {o: sum(run["outcome"] == o for run in every) for o in ("held", "missed", "broken")}
    return (
        f"campaign: {len(every)} runs, {sum(run['ledger']['sent'] for run in every)} transcripts, lost {sums['lost']}, "
        f"doubled {sums['doubled']}, changed after lock {sums['changed']}, longest recovery "
        f"{max((run['recovery_s'] for run in every), default=0.0):.1f} s; held {outcomes['held']}, "
        f"missed {outcomes['missed']}, broken {outcomes['broken']}"
    )


def _play(todo: Iterable[tuple[str, int]], path: Path) -> None:
    with a_rig(_CACHE) as rig, path.open("a", encoding="utf-8") as results:
        for case, seed in todo:
            result = rig.run(Case(case, "lost = doubled = changed = 0"), seed, _CASES[case])
            results.write(json.dumps(result.as_json(), sort_keys=True, ensure_ascii=False) + "\n")
            results.flush()
            os.fsync(results.fileno())
            sys.stdout.write(result.line + "\n")
            sys.stdout.flush()


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines; one that was cut off is played again."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


if __name__ == "__main__":
    sys.exit(main())
