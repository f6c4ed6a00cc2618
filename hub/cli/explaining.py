"""`hub check --explain`: every value that the circular lets us recompute, with inputs, working and article."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape

from hub.catalogue import entry_of
from hub.client import Group
from hub.domain import Computed

__all__ = ["computed_shown", "show_computed", "show_groups"]

_MARKS = {True: "[green]=[/green]", False: "[yellow]≠[/yellow]"}
_COLOURS = {"refuse": "red", "warn": "yellow"}


def computed_shown(value: Computed) -> dict[str, Any]:
    """Return one recomputed value as JSON shows it."""
    entry = entry_of(value.code)
    return {
        "path": value.path, "name": value.name, "inputs": dict(value.inputs), "formula": value.formula,
        "working": value.working, "expected": value.expected, "stated": value.stated, "agrees": value.agrees,
        "source": entry.source, "certainty": entry.certainty.value,
    }  # fmt: skip


def show_computed(console: Console, values: Iterable[Computed]) -> None:
    """Print one block a value: name, working, what is stated, article with its certainty."""
    for value in values:
        entry = entry_of(value.code)
        stated = "—" if value.stated is None else value.stated
        lines = [
            f"  {_MARKS[value.agrees]} {escape(value.name)}: [bold]{escape(value.expected)}[/bold]"
            f" · học bạ ghi / stated {escape(stated)}",
            f"      {escape(value.formula)}: {escape(value.working)}",
            f"      [dim]{escape(entry.source)} ({entry.certainty.value}) · {escape(value.path)}[/dim]",
        ]
        for line in lines:
            console.print(line, highlight=False, soft_wrap=True)


def show_groups(console: Console, groups: Iterable[Group]) -> None:
    """Print the faults that several rows share, each with its number of rows."""
    for group in groups:
        colour = _COLOURS[group.severity.value]
        about = "" if group.alike else f" {escape(' '.join(group.about))} (ví dụ / for instance)"
        text = (
            f"[{colour}]{group.count:>6} học bạ[/{colour}] {group.code}{about}: {escape(group.vi)} · {escape(group.en)}"
        )
        console.print(text, highlight=False, soft_wrap=True)
        console.print(f"         → {escape(group.next_vi)}", highlight=False, soft_wrap=True)
