"""Publishing a decision of the Sở in its register: one entry, signed by a registrar, checked before it is sent."""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.client.records import instant, register_sending
from hub.domain.statements import RegisterEntry, encode
from hub.errors import Refused, Unavailable
from hub.kafka.producer import Sender, Sending
from hub.signing import Signer
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.trust import Entry, check_entry, round_opening_id, sign

__all__ = [
    "closing_entry",
    "extension_entry",
    "opening_entry",
    "publish_entry",
    "receiving_key_entry",
    "signed_entry",
    "until_registered",
]

_SQL = queries_of("common")
_DIGEST_LENGTH = 12
_POLL_S = 0.3


def extension_entry(
    so: str, school_year: str, cohort: str, extended_to: str, decision: str, at: datetime
) -> RegisterEntry:
    """Return the entry that extends the deadline of schools to `extended_to`: a civil date (the last in time), or the
    first late instant. Its id follows from the decision's number, so that it stands once. Raises Refused as `_entry`.
    """
    digest = hashlib.sha256(decision.encode()).hexdigest()[:_DIGEST_LENGTH]
    deadline = {"school_year": school_year, "cohort": cohort, "extended_to": extended_to}
    payload = {"by": "so", "decision": decision, "deadlines": [deadline]}
    return _entry(so, "calendar", f"so.deadline.{school_year}.{cohort}.{digest}", payload, at)


def opening_entry(
    so: str, school: str, school_year: str, cohort: str, number: int, decision: str, reason: str, at: datetime
) -> RegisterEntry:
    """Return the entry that opens a further round of a school. Raises Refused as `_entry`."""
    payload = {
        "cohort": cohort, "decision": decision, "number": number, "reason": reason, "school": school,
        "school_year": school_year,
    }  # fmt: skip
    return _entry(so, "round_opening", round_opening_id(school, school_year, cohort, number), payload, at)


def closing_entry(so: str, successor: str, decision: str, since: datetime, at: datetime) -> RegisterEntry:
    """Return the entry, issued at `at`, that closes the log of a Sở from `since` on; its id is the Sở's slug.

    Raises Refused LOG_CLOSING_WRONG, and as `_entry`.
    """
    return _entry(so, "log_closing", so, {"decision": decision, "so": so, "successor": successor}, at, since)


def receiving_key_entry(so: str, school: str, key: str, at: datetime) -> RegisterEntry:
    """Return the entry that names the key (raw X25519, 64 hex digits) to which histories are sealed for a school.

    Raises Refused as `_entry`.
    """
    return _entry(so, "receiving_key", school, {"key": key, "school": school}, at)


def _entry(
    so: str, kind: Any, entry_id: str, payload: Mapping[str, Any], at: datetime, since: datetime | None = None
) -> RegisterEntry:
    """Make an entry that holds from `since` on, by default from its issue. Raises Refused REGISTER_ENTRY_WRONG for
    what no register would take.
    """
    check_entry(Entry(kind, entry_id, since or at, None, payload, 1))
    return RegisterEntry(
        entry_id=entry_id, issued_at=instant(at), kind=kind, payload=dict(payload), so=so,
        type="vn.hocba.register-entry/1", valid_from=instant(since or at),
    )  # fmt: skip


def signed_entry(entry: RegisterEntry, signer: Signer, iat: int) -> Sending:
    """Sign an entry as a registrar and return its record."""
    payload = encode(entry)
    scope = {"owner": f"so-{entry.so}"}
    return register_sending(
        entry, payload, sign(signer, payload, role="registrar", scope=scope, typ=entry.type, iat=iat)
    )


async def publish_entry(bootstrap: str, sending: Sending) -> tuple[int, int]:
    """Send one entry and return its (partition, offset). Raises Unavailable."""
    sender = Sender(bootstrap)
    try:
        (place,) = await sender.send([sending])
    finally:
        await sender.close()
    return place


def until_registered(
    connection: Connection, entry: RegisterEntry, sending: Sending, place: tuple[int, int], patience_s: float
) -> int:
    """Wait until the Sở has the entry and return its version.

    Raises Refused with the code under which it was quarantined, Unavailable WAITED_IN_VAIN after `patience_s`.
    """
    deadline = time.monotonic() + patience_s
    named = (entry.so, entry.kind, entry.entry_id, encode(entry))
    while True:
        with unavailable():
            found = connection.execute(_SQL["entry_registered"], named).fetchone()
            refused = connection.execute(_SQL["entry_quarantined"], (sending.topic, *place)).fetchone()
        if found is not None:
            return int(found[0])
        if refused is not None:
            raise Refused(str(refused[0]), {"kind": entry.kind, "entry_id": entry.entry_id})
        if time.monotonic() > deadline:
            raise Unavailable("WAITED_IN_VAIN", {"what": f"register: {entry.entry_id}", "seconds": f"{patience_s:g}"})
        time.sleep(_POLL_S)
