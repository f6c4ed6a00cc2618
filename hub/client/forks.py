"""Pairs of contradicting texts that Bộ keeps, and the file by which anyone can see for himself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.client.register import snapshot_of
from hub.errors import Refused
from hub.evidence import ForkFile, ForkText
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.trust import Snapshot, encode_base64, leaf_hash, log_origin, read

__all__ = ["KeptFork", "fork_file", "kept_forks"]

_SQL = queries_of("bo")


@dataclass(frozen=True, slots=True)
class KeptFork:
    """One pair; each side is (tree size or log index, text, signature)."""

    id: int
    so: str
    kind: str
    code: str
    first: tuple[int, bytes, str]
    second: tuple[int, bytes, str]
    seen_at: datetime

    def shown(self) -> dict[str, Any]:
        """Return the pair as one JSON object, without its texts."""
        return {
            "id": self.id, "so": self.so, "kind": self.kind, "code": self.code, "first": self.first[0],
            "second": self.second[0], "seen_at": self.seen_at.isoformat(),
        }  # fmt: skip


def kept_forks(bo_url: str) -> list[KeptFork]:
    """Return every pair, oldest first. Raises Unavailable."""
    with open_connection(bo_url) as connection, unavailable():
        return [_kept(row) for row in connection.execute(_SQL["forks"]).fetchall()]


def fork_file(bo_url: str, number: int) -> ForkFile:
    """Return one pair with what is needed to check it offline. Raises Refused FORK_UNKNOWN, Unavailable."""
    found = next((one for one in kept_forks(bo_url) if one.id == number), None)
    if found is None:
        raise Refused("FORK_UNKNOWN", {"id": str(number)})
    snapshot = snapshot_of(bo_url, found.so)
    policy = snapshot.policy(found.seen_at)
    with open_connection(bo_url) as connection, unavailable():
        log = _log(connection, found)
    return ForkFile(
        certificates=_certificates(snapshot, found),
        code=found.code,
        first=_text(*found.first),
        id=found.id,
        kind="checkpoint" if found.kind == "checkpoint" else "manifest",
        log=log,
        log_keys=() if policy is None else tuple(key.text for key in policy.note_keys(log_origin(found.so))),
        second=_text(*found.second),
        seen_at=f"{found.seen_at:%Y-%m-%dT%H:%M:%SZ}",
        so=found.so,
        type="vn.hocba.fork/1",
    )


def _kept(row: Sequence[Any]) -> KeptFork:
    number, so, kind, code, *pair, seen_at = row
    return KeptFork(number, so, kind, code, tuple(pair[:3]), tuple(pair[3:]), seen_at)


def _log(connection: Connection, fork: KeptFork) -> tuple[str, ...]:
    """Return the leaf hashes below both heads, where these are of different sizes: they show which one fits."""
    sizes = fork.first[0], fork.second[0]
    if fork.kind != "checkpoint" or sizes[0] == sizes[1]:
        return ()
    rows = connection.execute(_SQL["manifests_below"], (fork.so, max(sizes))).fetchall()
    return tuple(leaf_hash(bytes(statement)).hex() for (statement,) in rows)


def _certificates(snapshot: Snapshot, fork: KeptFork) -> tuple[str, ...]:
    named = {read(one[2]).certificate_sha256 for one in (fork.first, fork.second)}
    ders = (snapshot.certificate(sha256) for sha256 in sorted(named))
    return tuple(encode_base64(der) for der in ders if der is not None)


def _text(place: int, text: bytes, signature: str) -> ForkText:
    return ForkText(place=place, signature=signature, text=encode_base64(text))
