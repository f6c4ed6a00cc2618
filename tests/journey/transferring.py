"""The steps of a transfer on real servers: each signed by whom it needs, sent to its Sở, and what Bộ answers."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.client import command_sending
from hub.decision.lock_request import set_root
from hub.domain import pupil_of
from hub.domain.statements import (
    RegisterEntry,
    TransferAcknowledgement,
    TransferAnswer,
    TransferConsent,
    TransferDecision,
    TransferNotice,
    TransferParty,
    TransferRelease,
    TransferRequest,
    TransferWithdrawal,
    encode,
    read,
)
from hub.domain.transcript import Transcript
from hub.kafka.producer import Sending
from hub.local.population import SyntheticSchool
from hub.local.population.signed import instant_text
from hub.topics import incoming
from hub.trust import BoxLabel, open_box
from tests.journey.world import Answer, World, eventually

__all__ = ["Moving", "boxes", "enter_key", "opened", "root_hex"]


def root_hex(hashes: list[str]) -> str:
    """Return the root over document hashes, in hex."""
    return set_root([bytes.fromhex(one) for one in hashes]).hex()


def enter_key(world: World, school: SyntheticSchool) -> X25519PrivateKey:
    """Let the registrar enter a new receiving key for a school, and wait until Bộ has it; return the private half."""
    key, now = X25519PrivateKey.generate(), instant_text(datetime.now(UTC))  # later than any that the school has
    entry = RegisterEntry(
        entry_id=school.code, issued_at=now, kind="receiving_key",
        payload={"key": key.public_key().public_bytes_raw().hex(), "school": school.code}, so=school.so,
        type="vn.hocba.register-entry/1", valid_from=now,
    )  # fmt: skip
    (place,) = world.send(world.register(entry))
    world.until_done("bo", "register", place)
    assert world.quarantine_code("bo", "register", place) is None
    return key


@dataclass
class Moving:
    """One pupil on the way from `sending` to `receiving`; `request` is what was asked."""

    world: World
    pupil: Transcript
    sending: SyntheticSchool
    receiving: SyntheticSchool
    request: TransferRequest = field(init=False)

    def __post_init__(self) -> None:
        """Make the request."""
        self.request = TransferRequest(
            birth_date=str(self.pupil.student.birth_date), by="school", command_id=self.world.command_id(),
            grade=self.pupil.grade, issued_at=instant_text(self.world.at), pupil=pupil_of(self.pupil),
            reason="Gia đình chuyển nơi ở", receiving=_party(self.receiving), school=self.receiving.code,
            school_year=self.pupil.school_year, sending=_party(self.sending), so=self.receiving.so,
            type="vn.hocba.transfer-request/1",
        )  # fmt: skip

    @property
    def id(self) -> str:
        """Id of the transfer."""
        return self.request.about

    @property
    def request_sha256(self) -> str:
        """Hash of the request's statement."""
        return hashlib.sha256(encode(self.request)).hexdigest()

    def ask(self) -> Sending:
        """The receiving school asks."""
        return self._signed(self.receiving, self.request)

    def consent(self, of: SyntheticSchool | None = None) -> Sending:
        """Pupil and guardian agree on paper, at the sending school unless `of` is another."""
        school = of or self.sending
        return self._signed(school, self._step(TransferConsent, school, by="school", parties=("pupil", "guardian")))

    def accept(self) -> Sending:
        """The receiving school takes the pupil."""
        return self._signed(self.receiving, self._step(TransferAnswer, self.receiving, decision="accept"))

    def release(self, hashes: list[str]) -> Sending:
        """The sending school lets go, naming these documents."""
        named = sorted(hashes)
        said = self._step(
            TransferRelease, self.sending, count=len(named), documents=tuple(named), left_on=self.world.today,
            root=root_hex(named),
        )  # fmt: skip
        return self._signed(self.sending, said)

    def acknowledge(self, hashes: list[str], delivery: int = 1) -> Sending:
        """The receiving school signs for these documents."""
        said = self._step(
            TransferAcknowledgement, self.receiving, count=len(hashes), delivery=delivery, root=root_hex(hashes)
        )
        return self._signed(self.receiving, said)

    def withdraw(self) -> Sending:
        """The receiving school takes its request back."""
        return self._signed(
            self.receiving, self._step(TransferWithdrawal, self.receiving, by="school", reason="Gia đình ở lại")
        )

    def decide(self, decision: str, school: SyntheticSchool | None = None) -> Sending:
        """A lead of the Sở of the sending school (or of `school`) decides."""
        of = school or self.sending
        said = self._step(
            TransferDecision, of, by="department", decision=decision, number="QĐ 20/SGDĐT", reason="Đã xác minh"
        )
        return command_sending(of.so, said, self.world.people(f"LD-{of.so}-001"), "so_lead", self.world.iat)

    def take(self, step: Sending) -> TransferNotice:
        """Send a step that its Sở takes, and return what Bộ tells the school that made it."""
        (answer,) = self.world.ask(step)
        assert answer.outcome == "accepted", answer
        return self.told(answer)

    def told(self, answer: Answer) -> TransferNotice:
        """Wait for the notice to the school whose command a Sở answered."""
        assert answer.statement is not None
        school, command_id = answer.statement.school, answer.statement.command_id
        so = next(s.so for s in (self.sending, self.receiving) if s.code == school)
        return self.notice(so, lambda n: (n.step_id, n.to.school, n.transfer) == (command_id, school, self.id))

    def notice(self, so: str, wanted: Any) -> TransferNotice:
        """Wait for a notice to a school of this Sở."""
        topic = incoming(so)

        def found(record: Any) -> bool:
            message = record.decoded(topic)
            return message.name == "TransferNotice" and wanted(read(message.value["statement"], TransferNotice))

        record = self.world.tail(topic).until("a notice", found)
        return read(record.decoded(topic).value["statement"], TransferNotice)

    def delivered(self, delivery: int = 1) -> TransferNotice:
        """Wait until a delivery is told to the receiving school."""
        return self.notice(
            self.receiving.so,
            lambda n: (
                (n.transfer, n.to.school, n.step, n.delivery)
                == (self.id, self.receiving.code, "TransferDispatch", delivery)
            ),
        )

    def _step(self, kind: Any, school: SyntheticSchool, **said: Any) -> Any:
        typ = "vn.hocba.transfer-" + kind.__name__.removeprefix("Transfer").lower() + "/1"
        return kind(
            command_id=self.world.command_id(), issued_at=instant_text(self.world.at),
            request_sha256=self.request_sha256, school=school.code, so=school.so, transfer=self.id, type=typ, **said,
        )  # fmt: skip

    def _signed(self, school: SyntheticSchool, said: Any) -> Sending:
        signer = self.world.people(f"HT-{school.code}-001")
        return command_sending(school.so, said, signer, "principal", self.world.iat)


def boxes(moving: Moving, delivery: int, count: int) -> list[dict[str, Any]]:
    """Wait for the sealed documents of a delivery and return their messages, by place."""
    topic, tail = incoming(moving.receiving.so), moving.world.tail(incoming(moving.receiving.so))

    def found() -> list[dict[str, Any]]:
        tail.read()
        messages = [record.decoded(topic) for record in tail.records]
        values = [m.value for m in messages if m.name == "TransferDocument"]
        return [v for v in values if (v["transfer_id"], v["delivery"]) == (moving.id, delivery)]

    eventually("the documents", lambda: len(found()) >= count)
    return sorted(found(), key=lambda value: int(value["index"]))


def opened(value: dict[str, Any], key: X25519PrivateKey) -> bytes:
    """Open one box with a receiving key. Raises Refused TRANSFER_BOX_CLOSED."""
    label = BoxLabel(
        value["transfer_id"], value["delivery"], value["index"], value["of"], value["document_sha256"].hex(),
        value["school"],
    )  # fmt: skip
    return open_box(value["sealed"], key, label)


def _party(school: SyntheticSchool) -> TransferParty:
    return TransferParty(school=school.code, so=school.so)
