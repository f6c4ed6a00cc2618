"""A development time-stamp authority in memory: keys, questions and tokens."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from typing import Any

from asn1crypto import tsp
from cryptography import x509

from hub.local.timestamp_authority import answer
from hub.local.timestamp_keys import TimestampKeys, make_timestamp_keys
from hub.trust import encode_base64, token_of

AT = datetime(2026, 6, 20, 5, 0, tzinfo=UTC)
DATA = b"so-ha-noi.hocba/log\n6\nAAAA\n\n-- signed\n"
NONCE = 2**64 - 59


@cache
def keys() -> TimestampKeys:
    return make_timestamp_keys(AT)


@cache
def stranger() -> TimestampKeys:
    return make_timestamp_keys(AT)


def root_of(made: TimestampKeys) -> x509.Certificate:
    return x509.load_der_x509_certificate(made.root)


def policy_changes(made: TimestampKeys | None = None, **more: Any) -> dict[str, Any]:
    """What a trust policy says about time-stamps."""
    return {"timestamp_roots": [encode_base64((made or keys()).root)]} | more


def a_query(data: bytes = DATA, nonce: int | None = NONCE, **changes: Any) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest()}
    asked = {"version": "v1", "message_imprint": imprint, "cert_req": True} | changes
    return bytes(tsp.TimeStampReq(asked if nonce is None else asked | {"nonce": nonce}).dump())


def a_token(
    data: bytes = DATA, made: TimestampKeys | None = None, at: datetime = AT, nonce: int | None = NONCE
) -> bytes:
    return token_of(answer(a_query(data, nonce), made or keys(), at, 4711))
