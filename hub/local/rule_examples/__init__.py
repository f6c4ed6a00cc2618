"""Ví dụ của quy tắc: for each rule about transcripts one example that is real, found by running the rules themselves.

Everything is synthetic: documents of the population with one planted fault, small sheets of marks, a register of one
school.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from hub.catalogue import Entry
from hub.domain import Finding, render
from hub.domain.characters import visible
from hub.local.rule_examples.documents import about_document
from hub.local.rule_examples.placed import about_place
from hub.local.rule_examples.sheets import about_sheet

__all__ = ["WITHOUT_EXAMPLE", "example_of"]

_SHOWN_MAX = 300
_SOURCES: tuple[Callable[[str], tuple[str, Finding] | None], ...] = (about_document, about_place, about_sheet)
# Rules that no example can show, with the reason in both languages.
WITHOUT_EXAMPLE: Mapping[str, str] = {
    "DOCUMENT_SHAPE": "chỉ dùng khi không mã nào khác gọi tên được lỗi; chưa có học bạ nào như vậy"
    " · told only when no other code names the fault; no such document is known",
}


@cache
def example_of(entry: Entry) -> str:
    """Return one line: on what, where, which value, and what the rule says of it; empty where there is no example."""
    return next(_told(entry.code), "")


def _told(code: str) -> Iterator[str]:
    for source in _SOURCES:
        made = source(code)
        if made is not None:
            what, found = made
            shown = render(found)
            value = f" = {shown['value']}" if "value" in shown else ""
            yield visible(f"{what}: `{shown['path']}{value}` — {shown['vi']}"[:_SHOWN_MAX]).replace("\n", " ").strip()
