"""Whether everything arrived, once and unchanged: what was sent, against both databases and the national stream."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field

from hub.bench.queries import queries
from hub.kafka.reader import read_topic
from hub.store import open_connection
from hub.topics import bo_transcript

__all__ = ["Balance", "draw_balance"]

_PROBLEMS_MAX = 10


@dataclass
class Balance:
    """Counts of transcripts. `lost`: sent and not at Bộ; `doubled`: there twice; `changed`: other bytes than sent."""

    submitted: int = 0
    locked: int = 0
    ingested: int = 0
    published: int = 0
    lost: int = 0
    doubled: int = 0
    changed: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Tell whether nothing is lost, doubled or changed, and every sum is the same."""
        return not self.problems

    def as_json(self) -> dict[str, object]:
        """Return counts and problems by name."""
        return asdict(self)


def draw_balance(documents: Collection[bytes], so_url: str, bo_url: str, bootstrap: str) -> Balance:
    """Compare the hashes of all documents that were sent (32 bytes each) with what there is now.

    The hash of each transcript at Bộ is computed anew from its bytes.
    """
    sent = set(documents)
    with open_connection(so_url) as so, open_connection(bo_url) as bo:
        at_so = so.execute(queries()["documents_at_so"]).fetchall()
        at_bo = bo.execute(queries()["documents_at_bo"]).fetchall()
        refused = so.execute(queries()["refused"]).fetchall()
    locked = Counter(bytes(digest) for digest, state in at_so if state == "locked" and bytes(digest) in sent)
    ingested = Counter(bytes(digest) for digest, _ in at_bo if bytes(digest) in sent)
    published, again = asyncio.run(_published(bootstrap))
    balance = Balance(
        submitted=len(sent),
        locked=locked.total(),
        ingested=ingested.total(),
        published=published,
        lost=len(sent - locked.keys()) + len(sent & (locked.keys() - ingested.keys())),
        doubled=sum(n - 1 for n in (*locked.values(), *ingested.values())) + again,
        changed=sum(bytes(named) != bytes(found) for named, found in at_bo if bytes(named) in sent),
    )
    balance.problems = _problems(balance) + [f"{o} {c}: {n}" for o, c, n in refused][:_PROBLEMS_MAX]
    return balance


async def _published(bootstrap: str) -> tuple[int, int]:
    """Return how many transcripts the national stream has, and how many messages too many stand under one key."""
    topic = bo_transcript()
    messages: dict[bytes, set[bytes | None]] = {}
    async for found in read_topic(bootstrap, topic.name, topic.partitions):
        messages.setdefault(found.key or b"", set()).add(dict(found.headers).get("ce_id"))
    again = sum(len(ids) - 1 for ids in messages.values())
    return len(messages), again


def _problems(b: Balance) -> list[str]:
    rules = {
        "submitted = locked = ingested = published": b.submitted == b.locked == b.ingested == b.published,
        "lost = 0": b.lost == 0,
        "doubled = 0": b.doubled == 0,
        "changed = 0": b.changed == 0,
    }
    return [f"does not hold: {rule}" for rule, holds in rules.items() if not holds]
