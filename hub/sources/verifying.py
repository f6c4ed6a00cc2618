"""Kiểm tra bằng chứng đến tận nguồn: an evidence file checked with the source that its transcript rests on."""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.findings import Finding
from hub.evidence import Report, Roots, verify_bundle
from hub.sources.checking import check_sources, signing_of
from hub.trust import SealedItem

__all__ = ["verify_with_source"]


def verify_with_source(data: bytes, roots: Roots, status: bytes | None = None) -> Report:
    """Check a bundle as `verify_bundle`, reading its source in a child process; facts tell who signed the source.

    Raises Unavailable SOURCE_READER_UNAVAILABLE (try again), and Corrupt for a damaged mapping of this hub.
    """
    asked: list[SealedItem] = []

    def check(items: Sequence[SealedItem]) -> Sequence[tuple[Finding, ...]]:
        asked.extend(items)
        return check_sources(items)

    report = verify_bundle(data, roots, status, check)
    signing = {name: value for item in asked for name, value in signing_of(item).items()}
    return replace(report, facts=report.facts | signing)
