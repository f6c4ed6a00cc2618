"""One entry of the register, as its registrar signs it."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from hub.domain.statements.base import Instant, Slug, Statement

__all__ = ["RegisterEntry"]


class RegisterEntry(Statement, frozen=True, kw_only=True):
    """One entry of the register, valid from..to.

    Signed by a registrar that the trust policy names, or, where Bộ decided (severity policy, calendar), by Bộ's seal.
    """

    entry_id: Annotated[str, Meta(min_length=1, max_length=80)]
    issued_at: Instant
    kind: Literal[
        "school", "official", "certificate", "trust_policy", "revocation", "severity_policy", "calendar",
        "lock_policy", "roster", "round_opening", "log_closing", "source_system", "receiving_key",
    ]  # fmt: skip
    payload: dict[str, Any]
    so: Slug
    type: Literal["vn.hocba.register-entry/1"]
    valid_from: Instant
    valid_to: Instant | UnsetType = UNSET
