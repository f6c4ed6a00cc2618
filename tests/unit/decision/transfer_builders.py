"""Transfers for the unit tests: two schools of two Sở, steps that name each other, and registers as plain tables."""

import hashlib
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.decision.transfer import decide_transfer
from hub.decision.transfer_known import HeldDocument, KnownTransfers, Transfer, TransferStepIn
from hub.decision.transfer_outcome import TransferOutcome
from hub.decision.transfer_release import root_of
from hub.domain import statements
from hub.domain.statements import TransferParty, TransferRequest

NEW = TransferParty(school="79000701", so="ho-chi-minh")
OLD = TransferParty(school="01000701", so="ha-noi")
OTHER = TransferParty(school="48000701", so="da-nang")
NEAR = TransferParty(school="01000702", so="ha-noi")
PUPIL = "id:001200000001"
BORN = "2012-05-04"
START = datetime(2026, 9, 14, 3, 0, tzinfo=UTC)  # a Monday
KEY = hashlib.sha256(b"receiving key").hexdigest()


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Tables:
    """What the registers say: schools there are and open ones, successors, keys, days off by Sở."""

    known: Set[TransferParty] = frozenset({NEW, OLD, OTHER, NEAR})
    closed: Set[TransferParty] = frozenset()
    successors: dict[TransferParty, TransferParty] = field(default_factory=dict)
    keys: dict[TransferParty, str] = field(default_factory=lambda: dict.fromkeys((NEW, OLD, OTHER, NEAR), KEY))
    off: dict[str, Set[date]] = field(default_factory=dict)

    def is_known(self, party: TransferParty, at: datetime) -> bool:
        return party in self.known

    def is_open(self, party: TransferParty, at: datetime) -> bool:
        return party in self.known and party not in self.closed

    def stands_for(self, acting: TransferParty, party: TransferParty, at: datetime) -> bool:
        return acting in (party, self.successors.get(party))

    def receiving_key(self, party: TransferParty, at: datetime) -> str | None:
        return self.keys.get(party)

    def days_off(self, so: str, at: datetime) -> Set[date]:
        return self.off.get(so, frozenset())


def a_document(
    name: str, school: str = OLD.school, *, person: str = PUPIL, current: bool = True, **kw: Any
) -> HeldDocument:
    """Return a locked transcript of a year before the transfer, named by the hash of `name`."""
    at = kw.pop("locked_at", START - timedelta(days=100))
    return HeldDocument(sha(name), person, school, "2025-2026", "year", current, at, kw.pop("birth_date", BORN))


def known_of(*documents: HeldDocument, **registers: Any) -> KnownTransfers:
    return KnownTransfers(Tables(**registers), documents={one.sha256: one for one in documents})


@dataclass
class Saga:
    """The steps of one transfer, made one after the other; each is decided and added to what is known."""

    known: KnownTransfers
    receiving: TransferParty = NEW
    sending: TransferParty = OLD
    pupil: str = PUPIL
    born: str = BORN
    school_year: str = "2026-2027"
    at: datetime = START
    name: str = "a"
    made: int = 0
    request: TransferStepIn | None = None
    steps: list[TransferStepIn] = field(default_factory=list)

    def ask(self, by: str = "school", **changes: Any) -> TransferOutcome:
        """Make the request and decide it."""
        said = TransferRequest(
            birth_date=self.born, by=by, command_id=self._id(), grade=9, issued_at=_text(self.at), pupil=self.pupil,
            reason="Gia đình chuyển nơi ở", receiving=self.receiving, school=self.receiving.school,
            school_year=self.school_year, sending=self.sending, so=self.receiving.so,
            type="vn.hocba.transfer-request/1",
        )  # fmt: skip
        self.request = self._step(changes.pop("so", "bo" if by == "family" else said.so), said, **changes)
        return self.decide(self.request)

    def say(self, kind: str, acting: TransferParty | str, **fields: Any) -> TransferOutcome:
        """Make a later step (`kind` without "Transfer") of a school, of its Sở, or of Bộ ("bo"), and decide it."""
        return self.decide(self.step(kind, acting, **fields))

    def step(self, kind: str, acting: TransferParty | str, **fields: Any) -> TransferStepIn:
        assert self.request is not None
        party = acting if isinstance(acting, TransferParty) else self.receiving
        about = {
            "request_sha256": self.request.statement_sha256,
            "transfer": self.request.said.about,
            "command_id": self._id(),
            "issued_at": _text(self.at),
            "school": party.school,
            "so": party.so,
        }
        said = getattr(statements, f"Transfer{kind}")(
            type=f"vn.hocba.transfer-{kind.lower()}/1", **(about | _FIELDS.get(kind, {}) | fields)
        )
        return self._step("bo" if acting == "bo" else party.so, said)

    def consent(self, *parties: str, acting: TransferParty | str = "bo") -> TransferOutcome:
        by = "family" if acting == "bo" else "school"
        return self.say("Consent", acting, by=by, parties=parties or ("pupil", "guardian"))

    def answer(self, decision: str = "accept", **fields: Any) -> TransferOutcome:
        return self.say("Answer", self.receiving, decision=decision, **fields)

    def release(self, *names: str) -> TransferOutcome:
        return self.say("Release", self.sending, left_on="2026-09-20", **_listed(sha(name) for name in names))

    def dispatch(self, *names: str, cause: str = "release", delivery: int = 1, **fields: Any) -> TransferOutcome:
        listed = _listed(sha(name) for name in names)
        return self.say("Dispatch", "bo", by="bo", cause=cause, delivery=delivery, **(listed | {"key": KEY} | fields))

    def acknowledge(self, *names: str, delivery: int = 1) -> TransferOutcome:
        count_and_root = {key: value for key, value in _listed(map(sha, names)).items() if key != "documents"}
        return self.say("Acknowledgement", self.receiving, delivery=delivery, **count_and_root)

    def ruling(self, decision: str, acting: TransferParty | None = None) -> TransferOutcome:
        return self.say("Decision", acting or self.sending, by="department", decision=decision, number="12/QĐ-SGDĐT")

    def decide(self, step: TransferStepIn) -> TransferOutcome:
        outcome = decide_transfer(step, self.known)
        outcome.add_to(self.known)
        self.steps.append(step)
        return outcome

    @property
    def row(self) -> Transfer:
        """The transfer as it stands."""
        assert self.request is not None
        return self.known.transfers[self.request.said.about]

    def _step(self, so: str, said: Any, **changes: Any) -> TransferStepIn:
        self.at += timedelta(minutes=1)
        digest = sha(f"{self.name} {type(said).__name__} {said.command_id} {said!r}")
        place = len(self.known.decided)
        made = TransferStepIn(so, type(said).__name__, said.school, digest, said, self.at, place)
        return replace(made, **changes)

    def _id(self) -> str:
        self.made += 1
        return f"{self.name}-step-{self.made:04d}"


_FIELDS: dict[str, dict[str, Any]] = {
    "Referral": {"by": "department", "number": "7/GGT-SGDĐT"},
    "Decision": {"reason": "Theo đơn của gia đình"},
    "Withdrawal": {"by": "school", "reason": "Gia đình đổi ý"},
}


def until(state: str, known: KnownTransfers | None = None, **kw: Any) -> Saga:
    """Return a transfer of a pupil with documents "old 1" and "old 2" that has come to `state` in the ordinary way."""
    saga = Saga(known or known_of(a_document("old 1"), a_document("old 2")), **kw)
    ways = {
        "requested": saga.ask,
        "consented": saga.consent,
        "accepted": saga.answer,
        "released": lambda: saga.release("old 1", "old 2"),
        "sent": lambda: saga.dispatch("old 1", "old 2"),
        "closed": lambda: saga.acknowledge("old 1", "old 2"),
    }
    for reached, way in ways.items():
        outcome = way()
        assert (outcome.outcome, saga.row.state) == ("accepted", reached), outcome.codes
        if reached == state:
            return saga
    raise AssertionError(state)


def _listed(hashes: Iterable[str]) -> dict[str, Any]:
    documents = tuple(sorted(hashes))
    return {"documents": documents, "count": len(documents), "root": root_of(documents)}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
