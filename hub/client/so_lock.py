"""Sở chốt thay: one act over many schools: made, signed by one or two persons, kept in a file in between, and sent as
one command for each school.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from hub.client.commands import SentCommand
from hub.client.records import instant
from hub.client.sending import Outbound
from hub.domain.statements import RoundName, SoLock, SoLockItem, encode, read
from hub.errors import Refused
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sending
from hub.schemas import encode as encode_message
from hub.signing import Signer
from hub.topics import MESSAGE_BYTES_MAX
from hub.topics import command as command_topic
from hub.trust import read as read_jws
from hub.trust import sign

__all__ = ["SignedAct", "act_outbounds", "agree_to_act", "lock_act", "read_act", "sign_act", "write_act"]

_DIGEST_LENGTH = 12
_ROOM_BYTES = 16_384  # of a message: both signatures, ids, headers


@dataclass(frozen=True, slots=True)
class SignedAct:
    """An act with its signatures; `payload` is what was signed. `second_signature` is "" until somebody agrees."""

    statement: SoLock
    payload: bytes
    signature: str
    second_signature: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    signature: str
    statement: str
    type: Literal["vn.hocba.so-lock-file/1"]
    second_signature: str = ""


def lock_act(
    so: str, school_year: str, round_name: RoundName, items: Sequence[SoLockItem], number: str, reason: str,
    at: datetime,
) -> SoLock:  # fmt: skip
    """Return the act over these schools, in order of their codes. `number` is of the paper decision.

    Raises Refused LOCK_ACT_EMPTY, OPTION_WRONG for what no act may hold, LOCK_ACT_TOO_LARGE, and as `SoLock.asked_of`.
    """
    if not items:
        raise Refused("LOCK_ACT_EMPTY")
    ordered = tuple(sorted(items, key=lambda item: item.school))
    said = "\n".join((so, round_name.text(school_year), *(f"{item.school} {item.root}" for item in ordered)))
    digest = hashlib.sha256(said.encode()).hexdigest()[:_DIGEST_LENGTH]
    made = SoLock(
        command_id=f"act-{digest}-{int(at.timestamp())}", issued_at=instant(at), locks=ordered, number=number,
        reason=reason, round=round_name, school_year=school_year, so=so, type="vn.hocba.so-lock/1",
    )  # fmt: skip
    _check(made)
    return made


def _check(act: SoLock) -> None:
    try:
        msgspec.convert(msgspec.to_builtins(act), SoLock)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        raise Refused("OPTION_WRONG", {"option": field, "reason": str(error).partition(" - ")[0]}) from None
    size = len(encode(act))
    if size > MESSAGE_BYTES_MAX - _ROOM_BYTES:
        raise Refused("LOCK_ACT_TOO_LARGE", {"bytes": str(size), "max": str(MESSAGE_BYTES_MAX - _ROOM_BYTES)})
    for item in act.locks:
        act.asked_of(item.school)


def sign_act(act: SoLock, signer: Signer, iat: int) -> SignedAct:
    """Return the act with the first signature, of a lead of the Sở; `iat` in Unix seconds."""
    payload = encode(act)
    signature = sign(signer, payload, role="so_lead", scope=act.scope, typ=act.type, iat=iat)
    return SignedAct(act, payload, signature)


def agree_to_act(signed: SignedAct, signer: Signer, role: str, iat: int) -> SignedAct:
    """Return the act with the second signature, by role so_officer or so_lead.

    Raises Refused LOCK_SECOND_PERSON_SAME for the certificate that signed first.
    """
    act = signed.statement
    second = sign(signer, signed.payload, role=role, scope=act.scope, typ=act.type, iat=iat)
    if read_jws(second).certificate_sha256 == read_jws(signed.signature).certificate_sha256:
        raise Refused("LOCK_SECOND_PERSON_SAME")
    return replace(signed, second_signature=second)


def write_act(path: Path, signed: SignedAct) -> None:
    """Write the act for the second person, as text that can be read. Raises OSError."""
    file = _File(signed.signature, signed.payload.decode(), "vn.hocba.so-lock-file/1", signed.second_signature)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n")
    fresh.replace(path)


def read_act(path: Path) -> SignedAct:
    """Read what `write_act` wrote. Raises Refused LOCK_ACT_FILE_WRONG; who signed is judged by Sở, not here."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
        payload = file.statement.encode()
        act = read(payload, SoLock)
        for compact in (file.signature, file.second_signature):
            if compact:
                read_jws(compact)
    except OSError as error:
        raise Refused("LOCK_ACT_FILE_WRONG", {"reason": error.strerror or "OSError"}) from None
    except (msgspec.MsgspecError, UnicodeError):
        raise Refused("LOCK_ACT_FILE_WRONG", {"reason": "JSON"}) from None
    except Refused as refused:
        raise Refused("LOCK_ACT_FILE_WRONG", {"reason": refused.code}) from None
    return SignedAct(act, payload, file.signature, file.second_signature)


def act_outbounds(signed: SignedAct) -> list[Outbound]:
    """Return one command for each school of the act, each with the act whole."""
    return [_outbound(signed, item.school) for item in signed.statement.locks]


def _outbound(signed: SignedAct, school: str) -> Outbound:
    act = signed.statement
    command_id = act.command_id_of(school)
    value = {
        "command_id": command_id,
        "school": school,
        "statement": signed.payload,
        "signature": signed.signature,
        "second_signature": signed.second_signature,
        "encryption": None,
    }
    headers = headers_of("SoLock", command_id, f"/schools/{school}")
    sending = Sending(command_topic(act.so).name, school.encode(), encode_message("SoLock", value), headers)
    return Outbound(sending, SentCommand(command_id, "SoLock", school, act.school_year, act.round).about(act.so))
