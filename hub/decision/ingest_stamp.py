"""Dấu thời gian tại Bộ: whether the token beside a checkpoint lets the head stand."""

from datetime import datetime

from hub.errors import Refused
from hub.trust import TrustPolicy, judge_timestamp

__all__ = ["stamp_of"]


def stamp_of(token: bytes, text: bytes, policy: TrustPolicy | None) -> tuple[datetime | None, Refused | None]:
    """Return the time that the token proves, or why the head cannot stand under the policy in force.

    Neither where there is no token and none is due, and where the policy names no root by which anybody could judge it.
    """
    try:
        stamp = judge_timestamp(token, text, policy)
    except Refused as refused:
        if refused.code == "TIMESTAMP_ROOTS_MISSING":
            return None, None
        if refused.code == "TIMESTAMP_MISSING":
            return None, Refused("CHECKPOINT_TIMESTAMP_MISSING")
        return None, Refused("CHECKPOINT_TIMESTAMP_WRONG", {"reason": refused.code})
    return None if stamp is None else stamp.at, None
