"""Whose fault is it, and so what happens next.

    HubError
    ├── Refused      the record's fault: a receipt (or a quarantine entry) with a code, and the partition moves on
    ├── Unavailable  the world's fault: retried in place with capped backoff, never quarantined
    └── Corrupt      an invariant of ours is broken: stop loudly, never skip

Every code stands in hub.catalogue with its texts and its next step.
"""

from collections.abc import Mapping

__all__ = ["Corrupt", "HubError", "Refused", "Unavailable"]


class HubError(Exception):
    """An error with a stable `code` and `facts`; facts never hold personal data."""

    def __init__(self, code: str, facts: Mapping[str, str] | None = None) -> None:
        self.code = code
        self.facts = dict(facts or {})
        super().__init__(code if not self.facts else f"{code} {self.facts}")


class Refused(HubError):
    """The record is wrong: answer with its code and go on."""


class Unavailable(HubError):
    """The world is not there just now: try the same thing again."""


class Corrupt(HubError):
    """Something that cannot be, is: stop and call a person."""
