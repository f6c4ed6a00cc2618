"""The oracle's look at the national stream: one message a transcript, under one key a person, the newest last."""

import hashlib
import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from hub.audit import Check
from hub.audit.checks.stream import check
from hub.audit.facts import TranscriptFact, digest_of, told_digest
from hub.audit.world import Stood
from tests.unit.decision.builders import a_signature

FORMER, PRESENT = "id:000000000001", "id:000000000002"
K1, K2 = "k1", "k2"
SIGNED = [a_signature()]
LINK = (FORMER, PRESENT, "correct")


class Told:
    """Bộ's rows and the stream that tells of them."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.links: list[tuple[str, str, str]] = []
        self.stood: list[Stood] = []

    def locked(self, pupil: str, school: str = "S", version: int = 1) -> int:
        """Bộ took in a transcript; return which."""
        document = json.dumps({"school": {"code": school}, "school_year": "2025-2026", "period": "year",
                               "result": {"completed": True}, "v": version, "p": pupil}).encode()  # fmt: skip
        digest = hashlib.sha256(document).digest()
        self.rows.append(("ha-noi", b"L", digest, digest, version, date(2026, 6, 1), 0, document, pupil, SIGNED))
        return len(self.rows) - 1

    def tell(self, n: int, key: str, cause: str = "") -> None:
        """The stream says a transcript under a pupil's key."""
        told = _told(self.rows[n])
        fact = TranscriptFact(key, told_digest(told))
        self._put(n, key, cause, fact, b"message %d %s" % (n, key.encode()))

    def empty(self, n: int, key: str, cause: str = "cause") -> None:
        """The stream has a tombstone where a transcript stood."""
        self._put(n, key, cause, None, None, "/moved")

    def codes(self) -> list[str]:
        """What the oracle finds broken."""
        found = Check("national_stream", "x.")
        answers = {"published": self.rows, "national_links": self.links}
        bo = SimpleNamespace(rows=lambda name: iter(answers[name]))
        check(SimpleNamespace(bo=bo, stood=lambda _: self.stood, taken_at_ms=2**62), found)  # type: ignore[arg-type]
        return [example["code"] for example in found.examples]

    def _put(self, n: int, key: str, cause: str, fact: Any, value: bytes | None, end: str = "") -> None:
        _, lock, leaf, *_ = self.rows[n]
        school = json.loads(self.rows[n][7])["school"]["code"]
        message_id = f"{cause + '/' if cause else ''}{lock.hex()}/{leaf.hex()}{end}"
        place = f"{key}/2025-2026/year/{school}".encode()
        self.stood.append(Stood(0, len(self.stood), message_id, place, digest_of(place, value), 0, fact))


def _told(row: tuple[Any, ...]) -> dict[str, Any]:
    from hub.audit.checks.stream import _told as told  # noqa: PLC0415  # the stream's own words

    return told(row)


@pytest.fixture
def moved() -> Told:
    """A pupil's transcript that went from the former key to the present one, beside one that stood there."""
    told = Told()
    old, new = told.locked(FORMER), told.locked(PRESENT, "T")
    told.links = [LINK]
    told.tell(old, K1)
    told.tell(new, K2)
    told.tell(old, K2, "cause")
    told.empty(old, K1)
    return told


def test_linked_transcripts_under_one_key_are_as_they_should_be(moved: Told) -> None:
    """Also once compaction has removed what stood under the former key."""
    assert moved.codes() == []
    moved.stood = moved.stood[1:]
    assert moved.codes() == []
    moved.stood = [stood for stood in moved.stood if stood.fact is not None]
    assert moved.codes() == []


def test_oracle_notices_a_transcript_that_still_stands_under_its_former_key(moved: Told) -> None:
    """The tombstone is missing, or the message under the present key."""
    whole = list(moved.stood)
    moved.stood = [stood for stood in whole if stood.fact is not None]
    assert "STANDS_UNDER_TWO_KEYS" in moved.codes()
    moved.stood = whole[:2]
    assert moved.codes() == ["PUPIL_KEY_NOT_ONE_TO_ONE"]
    moved.stood = [whole[0], whole[1], whole[3]]
    assert moved.codes() == ["STANDS_NOWHERE"]


def test_oracle_notices_a_tombstone_of_nobody(moved: Told) -> None:
    """Nothing is erased without a link."""
    moved.links = []
    assert "TOMBSTONE_UNEXPLAINED" in moved.codes()


def test_records_of_one_school_and_person_keep_keys_of_their_own() -> None:
    """One message stands under a key; the record under the present identifier has it."""
    told = Told()
    old, new = told.locked(FORMER), told.locked(PRESENT)
    told.links = [LINK]
    told.tell(old, K1)
    told.tell(new, K2)
    assert told.codes() == []
    told.tell(old, K2, "cause")
    assert "STANDS_NOWHERE" in told.codes()


def test_link_that_ended_leaves_two_pupils(moved: Told) -> None:
    """Both go back under keys of their own."""
    moved.links.append((FORMER, PRESENT, "separate"))
    assert "PUPIL_KEY_NOT_ONE_TO_ONE" in moved.codes()
    moved.tell(0, K1, "later")
    moved.empty(0, K2, "later")
    assert moved.codes() == []


@pytest.mark.parametrize(("order", "codes"), [((0, 1), []), ((1, 0), ["OLD_VERSION_STANDS_LAST"])])
def test_oracle_notices_an_old_version_behind_a_newer_one(order: tuple[int, int], codes: list[str]) -> None:
    """Compaction keeps what stands last under a key, so that must be the newest version."""
    told = Told()
    versions = told.locked(FORMER), told.locked(FORMER, version=2)
    for n in order:
        told.tell(versions[n], K1)
    assert told.codes() == codes


def test_oracle_notices_what_is_missing_and_what_is_too_much() -> None:
    """Each row has its message, each message its row."""
    told = Told()
    told.locked(FORMER)
    assert told.codes() == ["INGESTED_BUT_NOT_PUBLISHED"]
    told.tell(0, K1)
    told.rows = []
    assert told.codes() == ["PUBLISHED_BUT_NOT_INGESTED"]
