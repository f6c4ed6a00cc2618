"""What the national stream must say of a lock, and what it says: compared by root, then record by record; pure.

Every version of a record has the same key, and the newest one counts: of older ones nothing is asked.
"""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass

from hub.reconcile.differences import Difference, LockName, Place
from hub.reconcile.rows import NOTHING, Record, Row
from hub.reconcile.sides import IN_STREAM
from hub.reconcile.stream import Standing
from hub.trust import leaf_hash, manifest_root

__all__ = ["Expected", "extra_in_stream", "newest", "stream_differences"]

Stands = MutableMapping[tuple[int, bytes], Standing]
"""What stands last under each (partition, key) of one school; compared ones are taken out."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One true transcript. `place` is partition and key, None without a surrogate; `told` b"" where bytes are gone.

    `published`: everything of its lock stood in the stream before it was read.
    """

    lock: LockName
    row: Row
    leaf: bytes
    place: tuple[int, bytes] | None
    told: bytes
    published: bool


def newest(expected: Sequence[Expected]) -> Iterator[tuple[Expected, Sequence[Expected]]]:
    """Yield the newest published version of each record, with all versions that may stand in its place.

    A newer one that is on its way may stand there already. A record of which nothing was published is left out.
    """
    records: dict[tuple[str, Record | bytes], list[Expected]] = {}
    for item in expected:
        record = item.leaf if item.row.record is None else item.row.record._replace(version=0)
        records.setdefault((item.lock.so, record), []).append(item)
    for versions in records.values():
        versions.sort(key=lambda item: 0 if item.row.record is None else item.row.record.version)
        last = max((n for n, item in enumerate(versions) if item.published), default=None)
        if last is not None:
            yield versions[last], versions[last:]


def stream_differences(expected: Sequence[Expected], stands: Stands) -> Iterator[Difference]:
    """Yield what the stream lacks or has otherwise; everything that was expected is taken out of `stands`."""
    pairs = [(item, may, _found(may, stands)) for item, may in newest(expected)]
    for _, may, found in pairs:
        for version in may:
            if version.place is not None:
                stands.pop(version.place, None)
        if found is not None:
            stands.pop((found.part, found.key), None)
    if _same_root(pairs):
        return
    for item, may, found in pairs:
        difference = _difference(item, may, found)
        if difference is not None:
            yield difference


def _same_root(pairs: Sequence[tuple[Expected, Sequence[Expected], Standing | None]]) -> bool:
    """Compare the root over what must be told with the root over what is told; a gap on either side is no root."""
    should = [_line(item.place, item.told) for item, _, _ in pairs]
    told = [_line((s.part, s.key), s.told) for _, _, s in pairs if s is not None]
    return b"" not in should and b"" not in told and manifest_root(should) == manifest_root(told)


def _line(place: tuple[int, bytes] | None, told: bytes) -> bytes:
    """Return the leaf of one record: its message under its key; b"" where either is unknown."""
    return NOTHING if place is None or not told else leaf_hash(told + place[1])


def _found(may: Sequence[Expected], stands: Mapping[tuple[int, bytes], Standing]) -> Standing | None:
    """Return what stands under the key of a record, or else elsewhere for the same leaf."""
    place = may[0].place
    if place is not None and place in stands:
        return stands[place]
    leaves = {(item.lock.lock_id, item.leaf) for item in may}
    return next((s for s in stands.values() if not s.dead and (s.lock_id, s.leaf) in leaves), None)


def _difference(item: Expected, may: Sequence[Expected], found: Standing | None) -> Difference | None:
    row = item.row
    named = (row.locator, row.document_said or None, row.student_code)
    if found is None or found.dead:
        place = None if found is None else Place(found.part, found.offset)
        return Difference(IN_STREAM.missing, item.lock, ("tombstone",) if place else (), *named, place)
    what = _what(may, found)
    return Difference(IN_STREAM.changed, item.lock, what, *named, Place(found.part, found.offset)) if what else None


def _what(may: Sequence[Expected], found: Standing) -> tuple[str, ...]:
    for item in may:
        same_key = item.place is None or item.place == (found.part, found.key)
        same_leaf = (item.lock.lock_id, item.leaf) == (found.lock_id, found.leaf)
        if same_key and same_leaf and item.told in (found.told, NOTHING):
            return ()
    item = may[0]
    if found.strange:
        return ("message",)
    parts = {
        "key": item.place is None or item.place == (found.part, found.key),
        "lock": item.lock.lock_id == found.lock_id,
        "leaf": item.leaf == found.leaf,
        "document": item.row.document_said == found.document,
        "evidence": item.row.evidence == found.evidence,
    }
    return tuple(name for name, same in parts.items() if not same) or ("content",)


def extra_in_stream(so: Sequence[str], stands: Mapping[tuple[int, bytes], Standing]) -> Iterator[Difference]:
    """Yield what stands in the stream of these Sở and is nobody's; tombstones of nothing are no difference."""
    for standing in stands.values():
        if standing.dead or (standing.so and standing.so not in so):
            continue
        lock = LockName(standing.so, standing.school, lock_id=standing.lock_id)
        place, document = Place(standing.part, standing.offset), standing.document or None
        yield Difference(IN_STREAM.extra, lock, (), None, document, None, place)
