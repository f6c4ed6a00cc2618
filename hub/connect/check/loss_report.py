"""Trường lạ, trường đổi tên, trường mất: each field added, renamed and removed in turn is told, and nothing ends.

A renamed field must be told with its old name as "did you mean …?". A removed one that is optional may be silent; one
without which there is no document must say why.
"""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any

from hub.connect.check.outcome import NO_DOCUMENT, NotApplicable
from hub.connect.check.round_trip import expressible
from hub.connect.check.subject import Subject
from hub.connectors.sdk import Mapped, SourceRecord, version_of
from hub.domain.findings import Finding, finding

__all__ = ["check_loss_report"]

_RECORD_COUNT = 3
_PATHS_MAX = 120
_Step = str | int


async def check_loss_report(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each change that goes by untold. Not applicable where no document can be said at all."""
    records = list(_records(subject))
    found = [each for record in records for each in _changes(subject, record)]
    unique = {(each.facts["path"], each.facts["change"]): each for each in found}
    return list(unique.values()) if records else NO_DOCUMENT


def _records(subject: Subject) -> Iterator[Mapping[str, Any]]:
    """Yield records of different grades, as the mapping itself writes them, that read back well."""
    seen: set[int] = set()
    for document in subject.documents:
        if len(seen) == _RECORD_COUNT or document.grade in seen:
            continue
        if not expressible(subject.connector.manifest, document):
            continue
        value, _ = subject.connector.mapper.backward(document)
        if _mapped(subject, value).transcript is not None:
            seen.add(document.grade)
            yield value


def _changes(subject: Subject, value: Mapping[str, Any]) -> Iterator[Finding]:
    untold_before = _told(_mapped(subject, value))
    for path in list(_paths(value))[:_PATHS_MAX]:
        shown, name = _shown(path), str(path[-1])
        added = _mapped(subject, _changed(value, path, added=f"{name}_bo_sung"))
        if not _told(added) - untold_before:
            yield _untold(shown, "thêm / added")
        removed = _mapped(subject, _changed(value, path, removed=True))
        if removed.transcript is None and not removed.findings:
            yield _untold(shown, "bỏ / removed")
        renamed = _mapped(
            subject, _changed(value, path, added=_misspelt(name, _names_beside(value, path)), removed=True)
        )
        if not _told(renamed) - untold_before or not _proposes(renamed, name):
            yield _untold(shown, "đổi tên / renamed")


def _names_beside(value: Any, path: tuple[_Step, ...]) -> Collection[str]:
    """Return the names in the object where the path ends."""
    for step in path[:-1]:
        value = value[step]
    return set(value)


def _mapped(subject: Subject, value: Mapping[str, Any]) -> Mapped:
    version = version_of(value)
    return subject.connector.mapper.forward(SourceRecord(version, version, "kiểm thử", value), subject.context)


def _told(mapped: Mapped) -> set[tuple[str, str]]:
    """Return what was told: findings that name a path, and losses."""
    return {(f.code, f.path) for f in mapped.findings} | {(loss.kind, loss.path) for loss in mapped.losses}


def _proposes(mapped: Mapped, name: str) -> bool:
    """Tell whether the old name is proposed for the new one, where the new one is told as unknown at all."""
    unknown = [found for found in mapped.findings if found.code == "MAPPING_FIELD_UNKNOWN"]
    return not unknown or any(name in found.facts.get("proposal", "") for found in unknown)


def _paths(value: object, path: tuple[_Step, ...] = ()) -> Iterator[tuple[_Step, ...]]:
    """Yield the way to every value; of a list only its first object is looked into."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if isinstance(each, Mapping) and each:
                yield from _paths(each, (*path, name))
            else:
                yield (*path, name)
                if isinstance(each, list) and each and isinstance(each[0], Mapping):
                    yield from _paths(each[0], (*path, name, 0))


def _changed(
    value: Mapping[str, Any], path: tuple[_Step, ...], added: str = "", removed: bool = False
) -> dict[str, Any]:
    """Return a copy with a field more, or with the field gone, or under another name."""
    copied: Any = deepcopy(dict(value))
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    kept = holder[path[-1]]
    if removed:
        del holder[path[-1]]
    if added:
        holder[added] = kept if removed else "x"
    found: dict[str, Any] = copied
    return found


def _misspelt(name: str, taken: Collection[str]) -> str:
    """Return a name with its last letter twice, as a hasty hand types it, or as often as makes it nobody else's."""
    end = max((i for i, letter in enumerate(name) if letter.isalnum()), default=len(name) - 1)
    many = next(times for times in range(2, len(taken) + 3) if _repeated(name, end, times) not in taken)
    return _repeated(name, end, many)


def _repeated(name: str, end: int, times: int) -> str:
    return name[:end] + name[end] * times + name[end + 1 :]


def _shown(path: tuple[_Step, ...]) -> str:
    return ".".join("[*]" if isinstance(step, int) else step for step in path).replace(".[*]", "[*]")


def _untold(path: str, change: str) -> Finding:
    return finding("CONFORMANCE_CHANGE_UNTOLD", path, facts={"path": path, "change": change})
