"""Obey: what a person signalled is done, in order, each in one transaction."""

import json
from typing import Any

from hub.connect.run import Run

__all__ = ["obey"]

_ALL = 2**62


async def obey(run: Run) -> bool:
    """Take the oldest signal, if there is one."""
    row = run.store.first("open_signals")
    if row is None:
        return False
    with run.store.transaction():
        outcome = _do(run, row["kind"], json.loads(row["arguments"]))
        run.store.do("signal_done", n=row["n"], at=run.at(), outcome=outcome)
    return True


def _do(run: Run, kind: str, arguments: dict[str, Any]) -> str:
    match kind:
        case "pause":
            run.store.do("set_paused", paused=1)
        case "resume" | "restart":
            run.store.do("set_paused", paused=0)
            if kind == "restart":
                run.store.do("forget_cursor")  # everything is read again; what is known has no effect
                run.caught_up = False
            run.store.do("forget_steps")
            run.store.do("forget_notices")
            run.retry = True
            run.due.clear()
            run.looked.clear()
        case "snapshot":
            run.store.do("begin_snapshot")
            run.due.clear()
            run.caught_up = False
        case "resend":
            return _resend(run, arguments)
        case _:
            return "unknown"
    return "done"


def _resend(run: Run, arguments: dict[str, Any]) -> str:
    span = {
        "from_n": arguments.get("from_n") or 0,
        "to_n": arguments.get("to_n") or _ALL,
        "school": arguments.get("school"),
    }
    mapped = run.store.do("map_again", **span)
    if arguments.get("refused"):
        mapped += run.store.do("hand_in_again", **span)
        written = run.store.do("write_refused", school=span["school"])
        return f"map {mapped}, write {written}"
    sent = run.store.do("send_again", **span)
    written = run.store.do("write_again", **span)
    return f"map {mapped}, send {sent}, write {written}"
