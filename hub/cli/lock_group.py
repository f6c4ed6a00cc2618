"""`hub lock`: ask to lock a round (`request`, the default), let a lock that hangs go on, send one to Bộ again."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import By, Reason, open_owner, reason_of, who_of
from hub.cli.exits import EXIT_CODES
from hub.cli.lock import lock
from hub.cli.lock_act import act, act_agree, act_send
from hub.cli.options import Data, Json, LockCohort, Number, School, So, Year
from hub.cli.showing import print_line
from hub.decision import RoundKey
from hub.operate import HangingLock, hanging_locks, resend_lock, retry_lock

__all__ = ["app"]

_DEFAULT = "request"
_WAITS = "waits"
_CAUSES = {
    "parked": "trường chờ người xử lý / the school waits for a person",
    "order_missing": "lệnh chốt chưa được phát / the order was never queued",
    "order_unsent": "lệnh chốt chưa gửi đi / the order is not sent: is the broker there?",
    "order_sent": "bước chốt chưa làm lệnh này / the lock stage has not done the order",
    "unsealed": "chưa có chỗ trong nhật ký / no place in the log yet: sequencer or time-stamp authority",
    "unsent": "chưa gửi tới Bộ / not sent to Bộ: is the broker there?",
    "unanswered": "Bộ chưa trả lời / Bộ has not answered",
    "refused": "Bộ từ chối; sửa rồi hub lock resend / refused by Bộ; mend it, then hub lock resend",
}


class _Asking(TyperGroup):
    """Without a word of its own, `hub lock` asks to lock."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # Typer brings its own copy of the context's class
        """Put the default in front of options that stand alone."""
        alone = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return list(super().parse_args(ctx, [_DEFAULT, *args] if alone else args))


app = typer.Typer(
    cls=_Asking, epilog=EXIT_CODES, rich_markup_mode=None,
    help="Lock a round: hub lock --so … --school … (see hub lock request --help); let one go on; send one again.",
)  # fmt: skip
app.command(_DEFAULT, epilog=EXIT_CODES)(lock)
app.command("act", epilog=EXIT_CODES)(act)
app.command("act-agree", epilog=EXIT_CODES)(act_agree)
app.command("act-send", epilog=EXIT_CODES)(act_send)


@app.command("retry", epilog=EXIT_CODES)
def retry(
    so: So,
    reason: Reason,
    school: Annotated[str | None, typer.Option(help="Only this school; default: all")] = None,
    by: By = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show every lock that hangs and why; let go on what can: parked schools, orders that were lost.

    Exits with 1 when one only waits for something that is not here to mend.
    """
    who, why = who_of(by), reason_of(reason)
    found: list[tuple[HangingLock, str]] = []
    with connected(data, workers=True) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        for hanging in list(hanging_locks(connection, so, school)):
            found.append((hanging, retry_lock(connection, so, hanging, who, why)))
    _show(found, json)
    raise typer.Exit(1 if any(done == _WAITS for _, done in found) else 0)


@app.command("resend", epilog=EXIT_CODES)
def resend(
    so: So,
    school: School,
    year: Year,
    cohort: LockCohort,
    reason: Reason,
    number: Number = 1,
    by: By = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Send chunks, manifest and the head over them to Bộ again, byte for byte.

    What Bộ has is a repetition; a lock that it refused is decided again.
    """
    who, why = who_of(by), reason_of(reason)
    with connected(data, workers=True) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        key = RoundKey(school, year, cohort.value, number)
        sent = resend_lock(connection, so, key, who, why)
    if json:
        print_line({"so": so, "school": school, **sent.shown()})
    else:
        print(f"{sent.lock_id} · phần / chunks: {sent.chunks} · tree size {sent.tree_size}")


def _show(found: list[tuple[HangingLock, str]], as_json: bool) -> None:
    if as_json:
        for hanging, done in found:
            print_line({**hanging.shown(), "done": done})
        return
    table = Table(title="Đợt chốt bị treo / locks that hang", title_justify="left")
    for column in ("school", "round", "since", "cause", "codes", "done"):
        table.add_column(column, overflow="fold")
    for h, done in found:
        round_ = f"{h.school_year}/{h.cohort}/{h.number}"
        since, cause = f"{h.since:%Y-%m-%d %H:%M:%S}", _CAUSES[h.cause]
        table.add_row(escape(h.school), round_, since, cause, " ".join(h.codes), done)
    Console().print(table)
