"""What `hub demo --provinces` shows of each province: its records in one place each, its answers, what was lost."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

__all__ = ["province_table"]

_Row = tuple[str, object]
_PLACES = {
    "locked": "đã chốt / locked",
    "refused": "bị từ chối, chưa gửi / refused, not sent",
    "turned_down": "Sở từ chối / turned down by Sở",
    "held_back": "của Sở khác, giữ lại / of another Sở, held back",
    "unchanged": "Sở đã có / Sở has it already",
    "overtaken": "có bản mới trước khi gửi / newer before sending",
    "replaced": "có bản mới sau khi gửi / replaced by a newer one",
}
_ANSWERS = {
    "receipt": "biên nhận / receipts",
    "correction": "đính chính / corrections",
    "incoming_pupil": "học sinh đến / incoming pupils",
}


def province_table(so: str, told: Mapping[str, Any]) -> Table:
    """Return one province: what its system holds, where each version of a record is, what came back, what was lost."""
    table = Table(title=f"{so}: hệ thống của tỉnh / the province's own system", title_justify="left", show_header=False)
    table.add_column("", overflow="fold")
    table.add_column("", justify="right", no_wrap=True)
    for part in (_records(told), _answers(told), _losses(told)):
        for label, count in part:
            table.add_row(label, str(count))
        table.add_section()
    return table


def _records(told: Mapping[str, Any]) -> Iterator[_Row]:
    yield "hồ sơ trong hệ thống / records in the system", told["in_system"]
    if told["left_out"]:
        yield "  chưa kể không ghi được / beside those it has no form for", told["left_out"]
    yield "đã đọc / pulled, with later versions", told["pulled"]
    for name, label in _PLACES.items():
        if told[name]:
            yield f"  {label}", told[name]
        for code, count in told["reasons"].get(name, {}).items():
            yield f"    {code}", count


def _answers(told: Mapping[str, Any]) -> Iterator[_Row]:
    yield "trả lời đã ghi vào hệ thống / answers written into it", sum(told["answers"].values())
    for kind, label in _ANSWERS.items():
        yield f"  {label}", told["answers"][kind]
    yield "đếm trong hệ thống / counted in the system", told["answers_in_system"]


def _losses(told: Mapping[str, Any]) -> Iterator[_Row]:
    for declared, label in ((True, "mất mát đã khai / losses declared"), (False, "CHƯA KHAI / NOT DECLARED")):
        rows = [loss for loss in told["losses"] if bool(loss["declared"]) is declared]
        yield label, len(rows)
        for loss in rows:
            yield f"  {loss['kind']} {loss['path']}", loss["count"]
