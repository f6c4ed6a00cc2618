"""How documents of a tried mapping and differences look on a terminal; `--json` prints one object a line instead."""

import json as json_text

from rich.console import Console
from rich.markup import escape

from hub.cli.showing import print_line, show_findings
from hub.client.mapping_trial import Compared, Made
from hub.domain import finding, render
from hub.domain.characters import visible
from hub.errors import Refused

__all__ = ["show_compared", "show_made", "show_unreadable"]


def show_made(mapping: str, file: str, made: Made, *, json: bool) -> None:
    """Print what a mapping made of one record."""
    shown = made.shown()
    if json:
        print_line({"file": file, "mapping": mapping, **shown})
        return
    console = Console()
    state = "[red]bị từ chối/refused[/red]" if made.document is None else f"[green]{shown['document_sha256']}[/green]"
    console.print(f"{escape(visible(f'{made.place} {made.key}'))} {state}", highlight=False, soft_wrap=True)
    if made.document is not None:
        console.print(_text(shown["document"], 2), highlight=False, markup=False, soft_wrap=True)
    show_findings(console, shown["findings"])
    for loss in shown["losses"]:
        console.print(f"  mất/loss: {visible(loss)}", highlight=False, markup=False, soft_wrap=True)


def show_compared(file: str, compared: Compared, *, json: bool) -> None:
    """Print how two mappings differ over one record; nothing where they do not."""
    if compared.equal:
        return
    shown = compared.shown()
    if json:
        print_line({"file": file, **shown})
        return
    console = Console()
    lines = [visible(f"{compared.one.place} {compared.one.key}")]
    lines += [f"  {visible(row['path'])}: {_text(row['old'])} → {_text(row['new'])}" for row in shown["differences"]]
    lines += [f"  - {visible(told)}" for told in shown.get("told_old", ()) if told not in shown["told_new"]]
    lines += [f"  + {visible(told)}" for told in shown.get("told_new", ()) if told not in shown["told_old"]]
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)


def show_unreadable(file: str, refused: Refused, *, json: bool) -> None:
    """Print why a file cannot be read, in its place among the others."""
    told = render(finding(refused.code, file, facts=refused.facts))
    if json:
        print_line({"file": file, "verdict": "unreadable", "findings": [told]})
        return
    console = Console()
    console.print(f"[red]unreadable[/red] {escape(visible(file))}", highlight=False, soft_wrap=True)
    show_findings(console, (told,))


def _text(value: object, indent: int | None = None) -> str:
    lines = json_text.dumps(value, ensure_ascii=False, indent=indent).split("\n")
    return "\n".join(visible(line) for line in lines)
