"""Look-up slips beside a story: pupils of locked rounds get slips, and later each a second one that ends the first."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.client import Journal, send_all
from hub.client.slips import locator_of_student, slip_issue
from hub.domain.slip import secret_of
from hub.kafka.producer import Sender
from hub.local.demo.acts import Act, Acts, Chosen
from hub.local.founding import Founded
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.store import Connection, open_connection
from tests.fault.run import count, until

__all__ = ["ROUNDS", "Issued", "ask_for_slips", "drawn_slips", "send_slips", "sent_and_there"]

ROUNDS = 2
_COUNT = 3
_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
_AT_BO = "SELECT count(*) FROM slip"
_LOCKED = "SELECT document_sha256 FROM document WHERE state = 'locked' AND cohort = 'completed' AND version = 1"


@dataclass(frozen=True)
class Issued:
    """One slip: its command, and what the family holds. `born` is ISO 8601."""

    act: Act
    locator: str
    secret: str
    born: str


def drawn_slips(
    hub: LocalHub, so: str, population: Population, founded: Founded, pupils: int = _COUNT, rounds: int = ROUNDS,
    first: int = 0,
) -> list[Issued]:  # fmt: skip
    """Sign `rounds` slips for each of so many locked pupils, one round after the other; `first` is its number."""
    acts = Acts(population, founded.credentials, population.at)
    with open_connection(hub.so_url(so)) as eyes:
        locked = {bytes(digest).hex() for (digest,) in eyes.execute(_LOCKED)}
        chosen = [c for c in acts.choose() if c.submission.so == so and c.signed.sha256 in locked][:pupils]
        assert len(chosen) == pupils, f"{len(chosen)} locked pupils to issue slips for"
        return [issued for number in range(first, first + rounds) for issued in _issued(eyes, acts, so, chosen, number)]


def _issued(eyes: Connection, acts: Acts, so: str, chosen: Sequence[Chosen], number: int) -> Iterator[Issued]:
    for n, one in enumerate(chosen):
        of, student = one.submission, one.submission.transcripts[0].student
        locator, secret = locator_of_student(eyes, of.school, student.student_code), secret_of(bytes([number, n]) * 5)
        at = datetime.now(UTC)
        said = slip_issue(so, of.school, of.school_year, student.student_code, locator, secret, at)
        act = acts.signs("slip", of, said, acts.holder(of, "school_seal"), "school_seal", "accepted")
        yield Issued(act, locator, secret, str(student.birth_date))


def send_slips(hub: LocalHub, slips: Sequence[Issued], pace_s: float = 0.0) -> None:
    """Send the commands one by one, in order, with the journal of a client."""
    asyncio.run(_sent(hub, [issued.act for issued in slips], pace_s))


def ask_for_slips(hub: LocalHub, so: str, population: Population, founded: Founded) -> list[Issued]:
    """Issue slips when the story is over, and wait until Bộ has all of them; return what was issued."""
    slips = drawn_slips(hub, so, population, founded)
    send_slips(hub, slips)
    sent_and_there(hub, so, len(slips))
    return slips


def sent_and_there(hub: LocalHub, so: str, slips: int) -> None:
    """Wait until Bộ has so many slips, and Sở has sent all that it had to say."""
    with open_connection(hub.so_url(so)) as of_so, open_connection(hub.bo_url) as of_bo:
        until("the slips at Bộ", lambda: count(of_bo, _AT_BO) == slips)
        until("the receipts", lambda: count(of_so, _UNSENT) == 0)


async def _sent(hub: LocalHub, acts: Sequence[Act], pace_s: float) -> None:
    sender = Sender(hub.bootstrap)
    try:
        with Journal(hub.data / "journal.jsonl") as journal:
            for act in acts:
                await send_all(sender, journal, [act.outbound])
                await asyncio.sleep(pace_s)
    finally:
        await sender.close()
