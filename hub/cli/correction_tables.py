"""How corrections look on a terminal: a line each, or one with all that it answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["corrections_table", "show_correction"]

_HOUR_S = 3600


def corrections_table(found: Sequence[Mapping[str, Any]]) -> Table:
    """Return corrections as a table, in the order given."""
    table = Table(title="Đính chính / corrections", title_justify="left")
    for column in ("correction", "school", "state", "pupils", "since", "round", "closes_at"):
        table.add_column(column, overflow="fold", no_wrap=column == "correction")
    for one in found:
        pupils = ", ".join(f"{state} {n}" for state, n in one["pupils"].items())
        school = f"{one['so']}/{one['school']}"
        closes = f"{one['closes_at']}{_left(one)}" if one["closes_at"] else "—"
        row = (one["correction"], school, one["state"], pupils, one["since"], one["round"] or "—", closes)
        table.add_row(*(escape(str(cell)) for cell in row))
    return table


def show_correction(console: Console, shown: Mapping[str, Any]) -> None:
    """Print one correction as `shown_correction` returns it."""
    closes = f" · đến / until {shown['closes_at']}{_left(shown)}" if shown["closes_at"] else ""
    _line(console, f"{shown['correction']} · {shown['so']}/{shown['school']} · {shown['state']}{closes}")
    for name in ("issuer", "school_year", "round", "reason", "basis", "evidence_sha256", "request_sha256"):
        _line(console, f"  {name}: {shown[name]}")
    for item in shown["items"]:
        _item(console, item)
    _line(console, "  các bước / steps:")
    for step in shown["steps"]:
        who = " ".join(filter(None, (step["role"], step["person"])))
        why = f" · {step['reason']}" if step["reason"] else ""
        _line(console, f"    {step['at']} {step['event']} · {who}{why}")


def _item(console: Console, item: Mapping[str, Any]) -> None:
    _line(console, f"  • {item['student_code']} {item['period']} · {item['state']} · {', '.join(item['fields'])}")
    why, following = item["why"], item["next_step"]
    for label, text in (
        ("vì sao / why", f"{why['vi']} {why['en']}"),
        ("lý do / reason", why["reason"]),
        ("từ / since", item["since"]),
        ("bởi / by", item["by"]),
        ("căn cứ / rule", item["rule"]),
        ("bước sau / next", f"{following['vi']} {following['en']}"),
        ("được phép / may", "; ".join(f"{event} ({', '.join(roles)})" for event, roles in item["may"].items())),
    ):
        if text:
            _line(console, f"      {label}: {text}")
    for label, version in (("bản gốc / base", item["base"]), ("bản mới / corrected", item["corrected"])):
        if version is not None:
            place = "" if version["log_index"] is None else f" · log {version['log_index']}"
            _line(console, f"      {label}: v{version['version']} {version['document_sha256']}{place}")


def _left(shown: Mapping[str, Any]) -> str:
    left = shown["time_left_s"]
    return "" if left is None else f" ({left // _HOUR_S} h {left % _HOUR_S // 60} min)"


def _line(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
