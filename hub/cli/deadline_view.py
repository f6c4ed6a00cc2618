"""What stands below the table of `hub deadline`: what the Sở may do now, and what schools were reminded of."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from hub.cli.deadline_table import deadline_table
from hub.operate import Action, DeadlineReport

__all__ = ["deadline_view", "reminders_table"]

_NAMES = {
    "extend": "gia hạn/extend", "open": "mở thêm đợt/open a round", "approve": "duyệt đính chính/approve",
    "decide": "quyết định tranh chấp/decide",
}  # fmt: skip
_ROOM_LINES = 9  # of a terminal: title, head, totals, what is left out
_COUNTS = ("expected", "accepted", "missing", "pending", "held", "locked", "windows")


def deadline_view(
    report: DeadlineReport, actions: Sequence[Action], console: Console, *, is_fitting: bool = False
) -> Group:
    """Return the table with the actions below it; fitted to the terminal's height when asked for."""
    rows_max = max(1, console.size.height - _ROOM_LINES - len(actions)) if is_fitting else None
    closed = f"Nhật ký đã đóng; Sở kế thừa / closed, followed by: {report.followed_by}"
    notes = [Text(closed)] if report.followed_by is not None else []
    return Group(deadline_table(report, console.width, rows_max), *notes, *map(_line, actions))


def _line(action: Action) -> Text:
    waiting = f" ({action.count})" if action.count else ""
    return Text(f"{_NAMES[action.name]}{waiting}: {action.command}", overflow="fold")


def reminders_table(told: Iterable[Mapping[str, Any]]) -> Table:
    """Return the reminders, newest first, as they were told."""
    table = Table(title="Đã nhắc/reminded", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in ("at", "school", "round", "kind", "threshold", "due_at", *_COUNTS):
        table.add_column(column, no_wrap=True)
    for said in told:
        counts = ("—" if said["counts"][name] is None else str(said["counts"][name]) for name in _COUNTS)
        of = f"{said['cohort']}/{said['number']}"
        table.add_row(said["at"], said["school"], of, said["kind"], said["threshold"], said["due_at"], *counts)
    return table
