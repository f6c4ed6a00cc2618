"""Kiểm tra bằng chứng: one answer about one evidence file, with neither network nor database.

Every part is checked, whatever the parts before it said. Hostile bytes give findings and never an exception.
"""

from collections.abc import Iterable

from hub.errors import Refused
from hub.evidence.bundle import Bundle, Place, StatusFile, read_file
from hub.evidence.document import check_document
from hub.evidence.ground import Ground, ground_of
from hub.evidence.place import Placed, check_place
from hub.evidence.report import Findings, Report, report_of
from hub.evidence.roots import Roots
from hub.trust import Leaf, SourceCheck, decode_base64, parse_leaf

__all__ = ["verify_bundle"]


def verify_bundle(data: bytes, roots: Roots, status: bytes | None = None, check: SourceCheck | None = None) -> Report:
    """Check a bundle against what the caller trusts; `status` is a status file that may hold a later leaf.

    `check` tells whether a source document says just the transcript; without it the part `source` of a transcript that
    no school signed here stays open. Raises Unavailable when `check` cannot run here.
    """
    found = Findings()
    try:
        bundle = read_file(data, Bundle)
    except Refused as refused:
        found.add("form", refused.code, **refused.facts)
        return report_of(found, None, {}, ())
    ground = ground_of(bundle.so, bundle.register, roots, found)
    placed = check_place(bundle.place, ground, ".place")
    told = check_document(bundle, placed, ground, check)
    chain = _Chain(placed)
    for n, place in enumerate(bundle.later):
        if not chain.follow(place, ground, f".later[{n}]"):
            found.add("later", "BUNDLE_LATER_FOREIGN", f"$.later[{n}]")
    if status is not None:
        told.facts["status_leaves"] = str(_follow_status(status, bundle, chain, roots, found))
    return report_of(found, chain.as_of, told.facts | chain.end(found), told.signatories)


class _Chain:
    """The leaves of one record from the bundle's own leaf on, each naming the one before it."""

    def __init__(self, first: Placed) -> None:
        self._last = first.digest
        self._leaves: list[Leaf] = []
        self.as_of = first.cosigned_at
        self._successor = _successor(first)

    def follow(self, place: Place, ground: Ground, path: str) -> bool:
        """Check a place that follows the last leaf; False for one that does not."""
        try:
            leaf = parse_leaf(decode_base64(place.leaf))
        except Refused:
            return False
        if leaf.previous_leaf != self._last.hex():
            return False
        placed = check_place(place, ground, path, is_later=True)
        self._last = placed.digest
        self._leaves.append(leaf)
        self._successor = self._successor or _successor(placed)
        if self.as_of is not None and placed.cosigned_at is not None:
            self.as_of = max(self.as_of, placed.cosigned_at)
        return True

    def end(self, found: Findings) -> dict[str, str]:
        """Tell what became of the record, as a finding and as facts; and of its log, where a head ends it."""
        ended = {} if self._successor is None else {"closed": "true", "successor": self._successor}
        versions = [leaf.version for leaf in self._leaves if leaf.action != "UNLOCK"]
        if versions:
            found.add("later", "BUNDLE_SUPERSEDED", version=str(versions[-1]))
            return ended | {"superseded_by": str(versions[-1])}
        if self._leaves:  # a lock writes both leaves at once: the one that supersedes was left out of the file
            found.add("later", "BUNDLE_UNLOCKED")
        return ended


def _successor(placed: Placed) -> str | None:
    """Return the Sở that follows, when the head of a place is the final one of its log."""
    return None if placed.head is None else placed.head.successor


def _follow_status(data: bytes, bundle: Bundle, chain: _Chain, roots: Roots, found: Findings) -> int:
    """Follow the leaves of a status file; those about other transcripts or earlier versions are passed over."""
    try:
        status = read_file(data, StatusFile)
    except Refused as refused:
        found.add("later", refused.code, "$status", **refused.facts)
        return 0
    if status.so != bundle.so:
        found.add("later", "BUNDLE_STATUS_FOREIGN", "$status", so=status.so)
        return 0
    ground = ground_of(status.so, status.register, roots, found, "$status")
    return sum(_followed(status.later, chain, ground))


def _followed(places: Iterable[Place], chain: _Chain, ground: Ground) -> Iterable[bool]:
    return [chain.follow(place, ground, f".later[{n}]") for n, place in enumerate(places)]
