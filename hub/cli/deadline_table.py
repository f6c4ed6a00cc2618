"""How `hub deadline` looks on a terminal: every column where there is room, else those that decide."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from hub.domain import VIETNAM
from hub.operate import Counts, DeadlineReport, Outlook, SchoolDeadline, count_totals

__all__ = ["deadline_table"]

_COLOURS = {
    Outlook.MISSED: "red", Outlook.BEHIND: "red", Outlook.SILENT: "yellow", Outlook.UNKNOWN: "yellow",
    Outlook.IN_TIME: "green", Outlook.TO_LOCK: "cyan", Outlook.DONE: "green",
}  # fmt: skip
_NARROW = ("school", "outlook", "expected", "accepted", "missing", "refused", "locked", "forecast")
_WIDE = (
    "school", "outlook", "expected", "sent", "accepted", "missing", "refused", "pending", "held", "late", "locked",
    "Bộ", "round", "per h", "forecast", "refused by",
)  # fmt: skip
_WIDE_FROM = 140  # characters
_LEFT = frozenset({"school", "outlook", "round", "forecast", "refused by"})
_CAUSES_SHOWN = 2


def deadline_table(report: DeadlineReport, width: int, rows_max: int | None = None) -> Table:
    """Return the table, the most pressing `rows_max` schools of it, with the totals of all; `width` in characters."""
    columns = _WIDE if width >= _WIDE_FROM else _NARROW
    table = Table(title=_title(report), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        justify = "left" if column in _LEFT else "right"
        table.add_column(column, justify=justify, no_wrap=column != "refused by")  # type: ignore[arg-type]
    shown = report.schools[:rows_max]
    for row in shown:
        table.add_row(*(_cells(row).get(column, "") for column in columns))
    if len(shown) < len(report.schools):
        table.add_row(f"… +{len(report.schools) - len(shown)}")
    table.add_section()
    table.add_row(*(_totals(report).get(column, "") for column in columns))
    return table


def _title(report: DeadlineReport) -> str:
    d = report.deadlines
    parts = [f"{report.so} {report.school_year} {report.cohort}", f"lúc/at {_local(report.at)}"]
    if d.school is not None and report.left is not None:
        extended = f" (gia hạn/extended{': ' + d.decision if d.decision else ''})" if d.extended else ""
        parts.append(f"hạn/deadline {_local(d.school)}{extended}, còn/left {_span(report.left)}")
    if d.report is not None:
        parts.append(f"Sở → Bộ {_local(d.report)}")
    return escape(" · ".join(parts))


def _cells(row: SchoolDeadline) -> Mapping[str, str]:
    f, colour = row.forecast, _COLOURS[row.forecast.outlook]
    return {
        "school": escape(row.school),
        "outlook": f"[{colour}]{f.outlook.value}[/{colour}]",
        "round": row.counts.state,
        "per h": f"{f.per_hour:.1f}",
        "forecast": "" if f.done_at is None else _local(f.done_at),
        **_counts(row.counts),
    }


def _totals(report: DeadlineReport) -> Mapping[str, str]:
    rate = sum(row.forecast.per_hour for row in report.schools)
    counts = _counts(count_totals(row.counts for row in report.schools))
    return {"school": "Cộng/total", "outlook": str(len(report.schools)), "per h": f"{rate:.1f}", **counts}


def _counts(c: Counts) -> Mapping[str, str]:
    expected, missing = ("—", "—") if c.expected is None else (str(c.expected), str(c.missing))
    numbers = {
        "sent": c.submitted, "accepted": c.accepted, "refused": c.refused, "pending": c.pending, "held": c.held,
        "late": c.late, "locked": c.locked, "Bộ": c.ingested,
    }  # fmt: skip
    causes = " ".join(f"{code}:{count}" for code, count in c.causes[:_CAUSES_SHOWN])
    shown = {name: str(number) for name, number in numbers.items()}
    return {"expected": expected, "missing": missing, "refused by": causes, **shown}


def _local(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m %H:%M}"


def _span(left: timedelta) -> str:
    """Return "3d 4h" or "-1d 2h"; minutes within a day."""
    minutes = int(abs(left).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    text = f"{days}d {rest // 60}h" if days else f"{rest // 60}h {rest % 60}m"
    return f"-{text}" if left < timedelta() else text
