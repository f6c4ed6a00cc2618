"""Nhật ký rẽ nhánh: two texts that one Sở signed and that cannot both be true. Refused, and kept as a pair.

Heads: another root at a size that was seen, or a larger head that does not extend the one before it. Manifests: two for
one lock, or two for one place of the log.
"""

from dataclasses import dataclass

from hub.errors import Refused

__all__ = ["Fork", "Forked", "SignedText"]


@dataclass(frozen=True, slots=True)
class SignedText:
    """A signed note or manifest; `place` is its tree size or its log index."""

    place: int
    text: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Fork:
    """A pair: what was accepted first, and what was refused for it at `at_s` (append time, Unix seconds)."""

    so: str
    kind: str  # "checkpoint" or "manifest"
    code: str
    first: SignedText
    second: SignedText
    at_s: int


class Forked(Refused):
    """The record is refused like any other, and the pair stays beside its quarantine entry."""

    def __init__(self, fork: Fork, facts: dict[str, str] | None = None) -> None:
        super().__init__(fork.code, facts)
        self.fork = fork
