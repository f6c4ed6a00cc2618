"""What the rules cost: reading and judging transcripts of every grade and circular, per document, in one run.

    python -m tests.bench.rules [documents]

`hub check` on the same documents as a .jsonl file is timed as well, from its start to its end.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from hub.domain import canonical, civil_date, examine, judge, read, refuses
from hub.domain.regulations import check_regulation
from hub.domain.transcript import Transcript
from hub.local.population import Population

_AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
_COUNT = 10_000
_REPEATS = 3
_TIMEOUT_S = 600


def main() -> int:
    """Print microseconds a document for each step, and the rate of `hub check`."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _COUNT
    drawn = list(islice(_drawn(count), count))
    documents = [canonical(t) for t in drawn]
    at = civil_date(_AT)
    told = [
        ("circular alone / quy định", _each(check_regulation, drawn)),
        ("every rule / thẩm tra", _each(lambda t: judge(t, at), drawn)),
        ("reading / đọc", _each(read, documents)),
        ("reading and every rule / đọc và thẩm tra", _each(lambda d: examine(d, at), documents)),
    ]
    sys.stdout.write(f"{len(drawn)} transcripts, grades {sorted({t.grade for t in drawn})}, ")
    sys.stdout.write(f"refused {sum(refuses(judge(t, at)) for t in drawn)}\n")
    for what, microseconds in told:
        sys.stdout.write(f"{microseconds:8.1f} µs  {what}\n")
    sys.stdout.write(f"{_checked(documents):8.1f} s   hub check on {len(documents)} lines\n")
    return 0


def _drawn(count: int) -> Iterator[Transcript]:
    population = Population(1, pupil_count=count, school_count=12, school_year="2025-2026", at=_AT)
    return (t for submission in population.submissions() for t in submission.transcripts)


def _each(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Return the best of some passes in microseconds an item; of processor time; the first one fills the caches."""
    best = float("inf")
    for _ in range(_REPEATS):
        started = time.process_time()
        for item in items:
            work(item)
        best = min(best, time.process_time() - started)
    return best / len(items) * 1e6


def _checked(documents: Sequence[bytes]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transcripts.jsonl"
        path.write_bytes(b"\n".join(documents) + b"\n")
        started = time.perf_counter()
        command = [sys.executable, "-m", "hub.cli", "check", str(path)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TIMEOUT_S)
        seconds = time.perf_counter() - started
    sys.stdout.write("\n".join(done.stderr.splitlines()[-3:] + done.stdout.splitlines()[-3:]) + "\n")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
