"""How a Sở's act looks: what each school lacks, the act itself, and what each school's command was answered."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from hub.cli.showing import print_line
from hub.client import ReadReceipt, SignedAct
from hub.domain.statements import SoLock
from hub.operate import LockPlan, SchoolPlan

__all__ = ["answers_table", "plan_table", "print_plan", "shown_act"]

_WIDE = ("school", "ready", "round", "to lock", "expected", "missing", "pending", "held", "refused", "why")
_NARROW = ("school", "ready", "to lock", "missing", "pending", "held", "why")
_WIDE_FROM = 120  # characters
_LEFT = frozenset({"school", "ready", "round", "why"})
_OUTCOMES = {"accepted": "green", "refused": "red"}


def plan_table(plan: LockPlan, chosen: Collection[SchoolPlan], round_text: str, width: int) -> Table:
    """Return every school of the plan; those that the act would name are marked. `width` in characters."""
    columns = _WIDE if width >= _WIDE_FROM else _NARROW
    table = _table(f"{plan.so} {round_text} · {_policy(plan)}", columns)
    for row in plan.schools:
        cells = _cells(row, row in chosen)
        table.add_row(*(cells[column] for column in columns))
    table.add_section()
    totals = {"school": f"Cộng/total: {len(chosen)}", "to lock": str(sum(row.count for row in chosen))}
    table.add_row(*(totals.get(column, "") for column in columns))
    return table


def _cells(row: SchoolPlan, is_chosen: bool) -> Mapping[str, str]:
    mark = "[green]✓[/green]" if row.is_ready else "[red]✗[/red]" if row.blocking else "[yellow]![/yellow]"
    expected, missing = ("—", "—") if row.expected is None else (str(row.expected), str(row.missing))
    return {
        "school": f"{escape(row.school)}{' *' if is_chosen else ''}", "ready": mark, "round": row.state,
        "to lock": str(row.count), "expected": expected, "missing": missing, "pending": str(row.pending),
        "held": str(row.held), "refused": str(row.refused), "why": " ".join((*row.blocking, *row.told)),
    }  # fmt: skip


def _policy(plan: LockPlan) -> str:
    p = plan.policy
    may = ", ".join(sorted(p.so_cohorts)) or "không/none"
    second = f"người thứ hai khi > {p.second_person_above} trường/second person above" if p.so_cohorts else ""
    return " · ".join(filter(None, (f"Sở được chốt/may lock: {may}", second, p.decision or "")))


def print_plan(plan: LockPlan, chosen: Collection[SchoolPlan]) -> None:
    """Print one JSON object for each school, and one for all."""
    for row in plan.schools:
        print_line({**row.shown(), "chosen": row in chosen})
    policy = {
        "so_cohorts": sorted(plan.policy.so_cohorts), "second_person_above": plan.policy.second_person_above,
        "completeness": plan.policy.completeness, "decision": plan.policy.decision,
    }  # fmt: skip
    ready = sum(row.is_ready for row in plan.schools)
    totals = {"schools": len(plan.schools), "ready": ready, "chosen": len(chosen)}
    print_line({"plan": {"so": plan.so, "policy": policy, **totals, "documents": sum(row.count for row in chosen)}})


def shown_act(signed: SignedAct) -> dict[str, Any]:
    """Return what an act says, as one JSON object; no pupil is named."""
    act = signed.statement
    return {
        "act_id": act.command_id, "so": act.so, "round": act.round.text(act.school_year), "decision": act.number,
        "reason": act.reason, "documents": sum(item.count for item in act.locks),
        "schools": [item.school for item in act.locks], "signatures": 1 + bool(signed.second_signature),
    }  # fmt: skip


def answers_table(act: SoLock, answers: Iterable[ReadReceipt]) -> Table:
    """Return one line a school: what Sở answered, or that it was sent."""
    by_id = {answer.statement.command_id: answer.statement for answer in answers}
    table = _table(f"{act.command_id} · {act.number}", ("school", "documents", "outcome", "codes", "at"))
    for item in act.locks:
        said = by_id.get(act.command_id_of(item.school))
        if said is None:
            table.add_row(item.school, str(item.count), "đã gửi/sent", "", "")
            continue
        colour = _OUTCOMES.get(said.outcome, "yellow")
        codes = " ".join(str(found["code"]) for found in said.findings)
        table.add_row(item.school, str(item.count), f"[{colour}]{said.outcome}[/{colour}]", codes, said.at)
    return table


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=escape(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, justify="left" if column in _LEFT else "right", no_wrap=column not in ("why", "codes"))
    return table
