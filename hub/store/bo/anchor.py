"""Where the portal's logs ended, kept in a file outside the database: what a restore or a cut lost can be told.

A chain of hashes shows a row that was changed, not a tail that is gone. The file holds the end of each chain under a
MAC whose key is in no database; it never goes back by itself, only by `hub recover`, which notes what was lost.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.errors import Corrupt, Unavailable
from hub.store.bo.looks import Head, heads_of, row_at
from hub.store.connection import Connection

__all__ = ["Anchor", "LostTail", "follow", "go_back", "lost_tails", "read_anchor"]

_DOMAIN = b"vn.hocba.look-anchor/1\n"
_RESTORES_MAX = 100


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of each chain as it was seen last, and what restores have lost: at, by, reason, rows by chain."""

    heads: Mapping[str, Head] = field(default_factory=dict)
    restores: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class LostTail:
    """A chain that no longer has the row at which it ended: `n` is its number, `count` how many rows lack at least."""

    chain: str
    n: int
    count: int


def read_anchor(path: Path, key: bytes) -> Anchor | None:
    """Return what a file holds; None when there is none. Raises Corrupt LOOK_ANCHOR_WRONG, Unavailable."""
    try:
        said = json.loads(path.read_bytes())
        content, mac = said["content"], bytes.fromhex(said["mac"])
        if not hmac.compare_digest(mac, _mac(key, content)):
            raise Corrupt("LOOK_ANCHOR_WRONG", {"path": str(path)})
        heads = {chain: Head(n, bytes.fromhex(digest)) for chain, (n, digest) in content["heads"].items()}
        return Anchor(heads, tuple(content["restores"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error) from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Corrupt("LOOK_ANCHOR_WRONG", {"path": str(path)}) from None


def lost_tails(connection: Connection, anchor: Anchor) -> list[LostTail]:
    """Return every chain that does not hold the row at which it was seen to end."""
    now, found = heads_of(connection), []
    for chain, head in sorted(anchor.heads.items()):
        if row_at(connection, chain, head.n) != head.sha256:
            here = now[chain].n if chain in now else 0
            found.append(LostTail(chain, head.n, max(1, head.n - here)))
    return found


def follow(connection: Connection, path: Path, key: bytes) -> tuple[int, list[LostTail]]:
    """Move the file on to where the chains end now, but for those that lost a tail; return rows and lost tails.

    Raises as `read_anchor`, and Unavailable when the file cannot be written.
    """
    anchor = read_anchor(path, key) or Anchor()
    now = heads_of(connection)
    lost = lost_tails(connection, anchor)
    heads = {**now, **{tail.chain: anchor.heads[tail.chain] for tail in lost}}
    if heads != anchor.heads:
        _write(path, key, Anchor(heads, anchor.restores))
    return sum(head.n for head in now.values()), lost


def go_back(connection: Connection, path: Path, key: bytes, at: str, by: str, reason: str) -> list[LostTail]:
    """Take a restored database as it is: note for good what it lost, and go on from its ends. Raises as `follow`."""
    anchor = read_anchor(path, key) or Anchor()
    lost = lost_tails(connection, anchor)
    note = {"at": at, "by": by, "reason": reason, "lost": {tail.chain: tail.count for tail in lost}}
    restores = [*anchor.restores, note] if lost else list(anchor.restores)
    _write(path, key, Anchor(heads_of(connection), restores[-_RESTORES_MAX:]))
    return lost


def _write(path: Path, key: bytes, anchor: Anchor) -> None:
    """Put the new file in the place of the old one in one step, on the disk before it counts."""
    heads = {chain: [head.n, head.sha256.hex()] for chain, head in anchor.heads.items()}
    content = {"heads": heads, "restores": list(anchor.restores)}
    data = json.dumps({"content": content, "mac": _mac(key, content).hex()}, ensure_ascii=False).encode()
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise _unusable(path, error) from error


def _mac(key: bytes, content: Any) -> bytes:
    own = hmac.digest(key, _DOMAIN, "sha256")
    return hmac.digest(own, json.dumps(content, ensure_ascii=False, sort_keys=True).encode(), hashlib.sha256)


def _unusable(path: Path, error: OSError) -> Unavailable:
    return Unavailable("LOOK_ANCHOR_UNUSABLE", {"path": str(path), "reason": error.strerror or "OSError"})
