"""Every topic of the hub, declared once: name, key, messages, partitions and policy; each function says what for.

`deploy/kafka/topics.json` and the ACLs are generated from here; `hub up` creates what is missing and refuses to start
on a topic that differs. Partition counts never change: a new count is a new topic version.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "BO_STAGES",
    "MESSAGE_BYTES_MAX",
    "REQUEST_BYTES_MAX",
    "SO_STAGES",
    "VALUE_BYTES_MAX",
    "Topic",
    "bo_receipt",
    "bo_transcript",
    "bo_transfer",
    "command",
    "every_topic",
    "incoming",
    "lock_command",
    "locked",
    "of_bo",
    "of_so",
    "quarantine",
    "receipt",
    "register",
    "reminder",
    "slip",
    "stages_of_bo",
    "stages_of_so",
    "transfer",
]

MESSAGE_BYTES_MAX = 1_048_576  # one size budget drives broker, topic, producer and client limits
VALUE_BYTES_MAX = MESSAGE_BYTES_MAX - 2_048  # beside it: headers, key and the batch's own frame
REQUEST_BYTES_MAX = MESSAGE_BYTES_MAX - 16_384  # a request for a lock travels on beside the lock's manifest
_DAY_MS = 86_400_000
SO_STAGES = ("register", "validate", "lock", "acknowledge", "transfers")
BO_STAGES = ("register", "ingest", "slips", "steps", "transfers")
_KEPT_MS = 400 * _DAY_MS  # longer than a school year with its late round; the permanent record is PostgreSQL


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `compacted` topics may have legal holes in their offsets; all others may not.

    Who alone writes a topic also reads it: before a worker starts, and when a restored database reads back.
    """

    name: str
    owner: str  # "so-<slug>" or "bo"
    key: str
    messages: tuple[str, ...]
    partitions: int
    compacted: bool = False
    append_time: bool = False
    written_by: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, str]:
        """Topic configuration as the broker knows it (strings)."""
        base = {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "max.message.bytes": str(MESSAGE_BYTES_MAX),
            "message.timestamp.type": "LogAppendTime" if self.append_time else "CreateTime",
        }
        return base if self.compacted else base | {"retention.ms": str(_KEPT_MS)}


COMMANDS = (
    "Submission", "Recall", "LockRequest", "CorrectionRequest", "CorrectionConfirmation", "CorrectionWithdrawal",
    "UnlockRequest", "UnlockDecision", "WindowClosed", "ConflictDecision", "IdentityCorrection", "SoLock",
    "SlipIssue", "TransferRequest", "TransferConsent", "TransferReferral", "TransferAnswer", "TransferRelease",
    "TransferAcknowledgement", "TransferWithdrawal", "TransferDecision",
)  # fmt: skip


def command(so: str) -> Topic:
    """Commands of schools, and what the Sở's own scheduler says of windows; append time is time of receipt."""
    return Topic(
        f"hocba.so-{so}.command.v1", f"so-{so}", "school code", COMMANDS, 8,
        append_time=True, written_by=(f"so-{so}.door", f"so-{so}"), read_by=(f"so-{so}",),
    )  # fmt: skip


def register(so: str) -> Topic:
    """Schools, officials, certificates, trust policy, revocation: entries signed by a registrar."""
    return Topic(
        f"hocba.so-{so}.register.v1", f"so-{so}", "register kind + id", ("RegisterEntry",), 1,
        compacted=True, append_time=True, written_by=(f"so-{so}.door",), read_by=(f"so-{so}", "bo"),
    )  # fmt: skip


def lock_command(so: str) -> Topic:
    """Lock orders that validate has accepted."""
    return Topic(
        f"hocba.so-{so}.lock-command.v1", f"so-{so}", "school code", ("LockOrder",), 8,
        written_by=(f"so-{so}",), read_by=(f"so-{so}",),
    )  # fmt: skip


def receipt(so: str) -> Topic:
    """Answers to schools: Sở's, and later Bộ's."""
    return Topic(
        f"hocba.so-{so}.receipt.v1", f"so-{so}", "school code", ("Receipt",), 8,
        written_by=(f"so-{so}",), read_by=(f"so-{so}.door", f"so-{so}"),
    )  # fmt: skip


def locked(so: str) -> Topic:
    """What a Sở sends to Bộ: locked transcripts, their receipts, links of identifiers; one partition, in order."""
    return Topic(
        f"hocba.so-{so}.locked.v1", f"so-{so}", "Sở slug",
        ("LockedChunk", "LockManifest", "Checkpoint", "IdentityLink", "Acceptance"), 1, append_time=True,
        written_by=(f"so-{so}",), read_by=(f"so-{so}", "bo"),
    )  # fmt: skip


def slip(so: str) -> Topic:
    """Commitments to look-up secrets, on their way to Bộ; one partition, so that the newest one is the last."""
    return Topic(
        f"hocba.so-{so}.slip.v1", f"so-{so}", "Sở slug", ("Slip",), 1, append_time=True,
        written_by=(f"so-{so}",), read_by=(f"so-{so}", "bo"),
    )  # fmt: skip


def transfer(so: str) -> Topic:
    """Steps of transfers that a Sở took from its schools, on their way to Bộ."""
    return Topic(
        f"hocba.so-{so}.transfer.v1", f"so-{so}", "Sở slug", ("TransferStep",), 1, append_time=True,
        written_by=(f"so-{so}",), read_by=(f"so-{so}", "bo"),
    )  # fmt: skip


def incoming(so: str) -> Topic:
    """What Bộ tells the schools of a Sở about transfers, and histories sealed to the school that receives them."""
    return Topic(
        f"hocba.so-{so}.incoming.v1", f"so-{so}", "school code", ("TransferNotice", "TransferDocument"), 8,
        append_time=True, written_by=("bo",), read_by=("bo", f"so-{so}", f"so-{so}.door"),
    )  # fmt: skip


def reminder(so: str) -> Topic:
    """What schools still have to do before a date: events for whoever tells them, without anything personal."""
    return Topic(
        f"hocba.so-{so}.reminder.v1", f"so-{so}", "school code", ("Reminder",), 1,
        written_by=(f"so-{so}",), read_by=(f"so-{so}.door", f"so-{so}"),
    )  # fmt: skip


def quarantine(owner: str) -> Topic:
    """Messages that do not decode, byte for byte; `owner` is "so-<slug>" or "bo"."""
    return Topic(f"hocba.{owner}.quarantine.v1", owner, "original key", (), 1, written_by=(owner,), read_by=(owner,))


def bo_receipt(readers: Iterable[str] = ()) -> Topic:
    """Bộ's answer to each lock."""
    return Topic(
        "hocba.bo.receipt.v1", "bo", "Sở slug", ("IngestReceipt",), 1,
        append_time=True,
        written_by=("bo",), read_by=("bo", *(f"so-{so}" for so in readers)),
    )  # fmt: skip


def bo_transfer() -> Topic:
    """Every step of every transfer in the one order in which Bộ decides; one partition."""
    return Topic(
        "hocba.bo.transfer.v1", "bo", "transfer id", ("TransferEntry",), 1, append_time=True,
        written_by=("bo",), read_by=("bo",),
    )  # fmt: skip


def bo_transcript() -> Topic:
    """The national stream: structured transcripts without names; compacted, tombstone for erasure."""
    return Topic(
        "hocba.bo.transcript.v1", "bo", "pupil key / year / period / school", ("Transcript",), 12,
        compacted=True, written_by=("bo",), read_by=("bo",),
    )  # fmt: skip


def of_so(so: str) -> tuple[Topic, ...]:
    """All topics that one Sở owns."""
    return (
        command(so), register(so), lock_command(so), receipt(so), locked(so), slip(so), transfer(so), incoming(so),
        reminder(so), quarantine(f"so-{so}"),
    )  # fmt: skip


def of_bo(readers: Iterable[str]) -> tuple[Topic, ...]:
    """All topics that Bộ owns; `readers` are the slugs of the Sở that read its receipts."""
    return (bo_receipt(readers), bo_transfer(), bo_transcript(), quarantine("bo"))


def stages_of_so(so: str) -> dict[str, tuple[Topic, ...]]:
    """What each stage of a Sở reads, by its name."""
    read = ((register(so),), (command(so),), (lock_command(so),), (bo_receipt(),), (incoming(so),))
    return dict(zip(SO_STAGES, read, strict=True))


def stages_of_bo(slugs: Iterable[str]) -> dict[str, tuple[Topic, ...]]:
    """What each stage of Bộ reads, by its name."""
    known = tuple(slugs)
    read = [tuple(map(topic, known)) for topic in (register, locked, slip, transfer)]
    return dict(zip(BO_STAGES, [*read, (bo_transfer(),)], strict=True))


def every_topic(slugs: Iterable[str]) -> tuple[Topic, ...]:
    """All topics of the given Sở and of Bộ."""
    known = tuple(slugs)
    return tuple(t for so in known for t in of_so(so)) + of_bo(known)
