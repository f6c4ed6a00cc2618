"""One audit over all sources: every check, whatever the others found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg
from aiokafka.errors import KafkaError

from hub.audit.checks import CHECKS
from hub.audit.kafka import KafkaLog
from hub.audit.report import Check, Report
from hub.audit.sources import Database, Line, Log, Rows, SourceGoneError, read_journal
from hub.audit.world import World

__all__ = ["audit", "audit_hub"]


def audit(
    slugs: Sequence[str], so: Mapping[str, Rows], bo: Rows, log: Log, journal: Callable[[], Iterable[Line]],
    *, at_rest: bool = True, slip_key: bytes | None = None,
) -> Report:  # fmt: skip
    """Check everything and return what was found; `journal` gives the client's lines anew each time it is called.

    With `at_rest` false, what only waits (unsent, not yet handled, not yet at Bộ) is counted and is no violation.
    With Bộ's `slip_key` its commitments to look-up secrets are worked out too.
    """
    taken_at_ms = 2**62 if at_rest else min(row[0] for rows in (*so.values(), bo) for row in rows.rows("taken_at"))
    world = World(slugs, so, bo, log, journal, taken_at_ms, slip_key)
    checks = []
    for name, promise, work in CHECKS:
        check = Check(name, promise, at_rest)
        work(world, check)
        checks.append(check)
    return Report(checks)


def audit_hub(
    slugs: Sequence[str], so_urls: Mapping[str, str], bo_url: str, bootstrap: str, journals: Sequence[Path],
    *, at_rest: bool = True, slip_key: bytes | None = None,
) -> Report:  # fmt: skip
    """Open databases and topics, check everything, and close them. Call it where no event loop runs.

    Raises SourceGoneError when a database or the broker does not answer.
    """
    try:
        return _audit_hub(slugs, so_urls, bo_url, bootstrap, journals, at_rest, slip_key)
    except psycopg.OperationalError as error:
        raise SourceGoneError("database", error.sqlstate or "no connection") from error
    except (KafkaError, TimeoutError) as error:
        raise SourceGoneError("kafka", type(error).__name__) from error


def _audit_hub(
    slugs: Sequence[str], so_urls: Mapping[str, str], bo_url: str, bootstrap: str, journals: Sequence[Path],
    at_rest: bool, slip_key: bytes | None,
) -> Report:  # fmt: skip
    with ExitStack() as stack:
        so = {slug: stack.enter_context(Database(so_urls[slug])) for slug in slugs}
        bo = stack.enter_context(Database(bo_url))
        log = stack.enter_context(KafkaLog(bootstrap))
        return audit(slugs, so, bo, log, lambda: read_journal(journals), at_rest=at_rest, slip_key=slip_key)
