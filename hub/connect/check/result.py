"""Kết quả kiểm thử: the result of a check, a signed note (C2SP) over canonical JSON, for whoever buys or connects.

A note and no JWS: no office of the register stands behind a check, only the key of who ran it. It says which files
were checked (their hash), with which suite, when, and what came of it.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from hub.connect.check.outcome import FINDING_COUNT_MAX, CheckOutcome
from hub.connectors.sdk import found
from hub.domain.characters import visible
from hub.errors import Refused
from hub.trust import NoteKey, NoteSignature, NoteSigner, canonical, parse, split_note
from hub.trust.note import join_note

__all__ = [
    "NOTE_NAME", "SUITE_VERSION", "CheckResult", "Outcome", "files_sha256", "sign_result", "verify_result",
    "whole_outcome",
]  # fmt: skip

SUITE_VERSION = "2"
NOTE_NAME = "hocba.hub/conformance"
_FILE_COUNT_MAX = 2_000
_ENTRY_COUNT_MAX = 20_000
_FILES_BYTES_MAX = 256 * 2**20
_PIECE_BYTES = 2**20
_RESULT_BYTES_MAX = 65_536
_TEXT_BYTES_MAX = 64_000  # the signature stands below it
_FINDINGS_SHOWN = (FINDING_COUNT_MAX, 6, 3, 1, 0)
_COMPILED = "__pycache__"


Outcome = Literal["passed", "partial", "failed"]


class CheckResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was checked and what came of it. `at` is UTC text; `files_sha256` is that of `files_sha256(folder)`.

    `outcome` is that of `whole_outcome`: a part of the suite says nothing of the rest. `isolation` says that the code
    under check ran in the processes that judged it: the result is the word of who signed, about code that plays fair.
    """

    type: Literal["vn.hocba.conformance/1"] = "vn.hocba.conformance/1"
    suite_version: str
    hub_version: str
    connector: str
    connector_version: str
    certainty: str
    files_sha256: str
    at: str
    outcome: Outcome
    isolation: Literal["none"] = "none"
    checks: tuple[CheckOutcome, ...]

    def shown(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


def whole_outcome(checks: Sequence[CheckOutcome], suite: Collection[str]) -> Outcome:
    """Return what came of the checks that ran: passed only when each of the suite's ran, and none failed.

    A check that could not run because there is no system to run it against did not run.
    """
    if any(check.outcome == "failed" for check in checks):
        return "failed"
    ran = {check.id for check in checks if not check.unplayed}
    return "passed" if ran >= set(suite) else "partial"


def files_sha256(at: Path) -> str:
    """Return the hash (hex) over names and bytes of every file of a connector: its folder, or its one file.

    Each file is `name LF length LF bytes`, in the order of the names. Raises Refused FILE_UNREADABLE, FILE_TOO_LARGE,
    and MANIFEST_WRONG for a vendor's folder with code in it that the hash would not cover: compiled, or behind a link.
    """
    digest = hashlib.sha256()
    try:
        files = [(name, path, path.stat().st_size) for name, path in _files(at)]
        if (total := sum(size for _, _, size in files)) > _FILES_BYTES_MAX:
            raise Refused("FILE_TOO_LARGE", {"bytes": str(total), "bytes_max": str(_FILES_BYTES_MAX)})
        for name, path, size in files:
            digest.update(f"{name}\n{size}\n".encode("utf-8", "surrogateescape"))
            _add(digest, path, size)
    except OSError as error:
        raise Refused("FILE_UNREADABLE", {"reason": type(error).__name__}) from error
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", path: Path, size: int) -> None:
    """Add `size` bytes of a file, piece by piece; one that is being written has another length and is refused."""
    with path.open("rb") as stream:
        for piece in iter(lambda: stream.read(_PIECE_BYTES), b""):
            size -= len(piece)
            digest.update(piece)
    if size:
        raise OSError("its size changes")


def _files(at: Path) -> Sequence[tuple[str, Path]]:
    if at.is_file():
        return [(at.name, at)]
    inner = [(path.relative_to(at), path) for path in islice(at.rglob("*"), _ENTRY_COUNT_MAX)]
    if at not in found().values():  # what Python compiled of the hub's own is the hub's
        _check_covered(at, (path for _, path in inner))
    files = [(name.as_posix(), path) for name, path in inner if path.is_file() and _COMPILED not in name.parts]
    if len(files) > _FILE_COUNT_MAX:
        raise Refused("FILE_UNREADABLE", {"reason": f"more than {_FILE_COUNT_MAX} files"})
    return sorted(files)


def _check_covered(at: Path, paths: Iterable[Path]) -> None:
    for path in paths:
        if path.name == _COMPILED or (path.is_symlink() and path.is_dir()):
            reason = "delete it" if path.name == _COMPILED else "a link to a folder"
            raise Refused("MANIFEST_WRONG", {"file": at.name, "reason": f"{visible(path.name[:60])}: {reason}"})


def sign_result(result: CheckResult, signer: NoteSigner) -> bytes:
    """Return the signed note of a result: one line of canonical JSON, a blank line, the signature.

    A note is bounded: of a connector with very many faults it has the first ones of each check.
    """
    text = next(text for count in _FINDINGS_SHOWN if len(text := _text(result, count)) <= _TEXT_BYTES_MAX)
    key = NoteKey(signer.name, signer.public_key)
    return join_note(text, [NoteSignature(key.name, key.key_id, signer.sign(text))])


def _text(result: CheckResult, count: int) -> bytes:
    checks = tuple(replace(check, findings=check.findings[:count]) for check in result.checks)
    return canonical(replace(result, checks=checks).shown()) + b"\n"


def verify_result(note: bytes, key: NoteKey) -> CheckResult:
    """Return the result of a note that `key` signed. Raises Refused CONFORMANCE_RESULT_WRONG with the reason."""
    try:
        text, signatures = split_note(note)
        ours = [each for each in signatures if each.is_by(key)]
        if not any(key.check(each.signature, text) for each in ours):
            raise _wrong("signature")
        return msgspec.convert(parse(text.removesuffix(b"\n"), _RESULT_BYTES_MAX), CheckResult)
    except msgspec.ValidationError:
        raise _wrong("shape") from None
    except Refused as refused:
        raise refused if refused.code == "CONFORMANCE_RESULT_WRONG" else _wrong(refused.code) from None


def _wrong(reason: str) -> Refused:
    return Refused("CONFORMANCE_RESULT_WRONG", {"reason": reason})
