"""Names of topics and stages, written down again: the audit does not ask the hub how things are called."""

import re
from collections.abc import Iterable

__all__ = [
    "BO_RECEIPT",
    "BO_TRANSFER",
    "STREAM",
    "command",
    "family",
    "incoming",
    "lock_command",
    "locked",
    "owned",
    "quarantine",
    "receipt",
    "register",
    "reminder",
    "slip",
    "stages",
    "transfer",
]

BO_RECEIPT = "hocba.bo.receipt.v1"
BO_TRANSFER = "hocba.bo.transfer.v1"
STREAM = "hocba.bo.transcript.v1"
_TOPIC = re.compile(r"hocba\.(?:so-[a-z-]+|bo)\.([a-z-]+)\.v1")


def command(so: str) -> str:
    """Commands of schools."""
    return f"hocba.so-{so}.command.v1"


def register(so: str) -> str:
    """The signed register."""
    return f"hocba.so-{so}.register.v1"


def lock_command(so: str) -> str:
    """Accepted lock orders."""
    return f"hocba.so-{so}.lock-command.v1"


def receipt(so: str) -> str:
    """Receipts to schools."""
    return f"hocba.so-{so}.receipt.v1"


def locked(so: str) -> str:
    """Chunks, manifests and checkpoints."""
    return f"hocba.so-{so}.locked.v1"


def reminder(so: str) -> str:
    """What schools were reminded of."""
    return f"hocba.so-{so}.reminder.v1"


def slip(so: str) -> str:
    """Commitments to look-up secrets."""
    return f"hocba.so-{so}.slip.v1"


def transfer(so: str) -> str:
    """Steps of transfers on their way to Bộ."""
    return f"hocba.so-{so}.transfer.v1"


def incoming(so: str) -> str:
    """What Bộ tells the schools of a Sở about transfers, and sealed histories."""
    return f"hocba.so-{so}.incoming.v1"


def quarantine(owner: str) -> str:
    """What did not decode; `owner` is "so-<slug>" or "bo"."""
    return f"hocba.{owner}.quarantine.v1"


def owned(so: str) -> tuple[str, ...]:
    """Topics that a Sở's outbox writes to."""
    return (lock_command(so), receipt(so), locked(so), slip(so), transfer(so), reminder(so), quarantine(f"so-{so}"))


def family(topic: str) -> str:
    """Return what kind of topic it is, such as "command" or "bo-receipt"; "" for a foreign name."""
    if topic == BO_RECEIPT:
        return "bo-receipt"
    found = _TOPIC.fullmatch(topic)
    return found[1] if found else ""


def stages(so: str) -> Iterable[tuple[str, str]]:
    """Return (stage, topic) of everything that a Sở's workers read."""
    return (
        ("register", register(so)), ("validate", command(so)), ("lock", lock_command(so)), ("acknowledge", BO_RECEIPT),
        ("transfers", incoming(so)),
    )  # fmt: skip
