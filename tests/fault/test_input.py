"""Attacks "one effect per command" and "the partition moves on": poison, a record that kills its decoder, repeats."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hub.kafka.headers import headers_of
from hub.kafka.producer import Sender, Sending
from hub.topics import command
from tests.fault.blows import acknowledged
from tests.fault.crashing import inside
from tests.fault.lengths import only_long
from tests.fault.result import Result
from tests.fault.rig import SMALL, SO, SO_WORKER, Case, Rig, Run, specs

_REPOSITORY = Path(__file__).parents[2]
_VECTORS = _REPOSITORY / os.environ.get("HUB_VECTORS", "../shared/vectors") / "avro" / "binary-rejections.json"
_DEADLY = b"this-record-kills-who-decodes-it"
_REPEATS = 3
Held = Callable[[Result], None]


def test_partition_moves_on_when_records_do_not_decode(rig: Rig, held: Held) -> None:
    """Every published malformed payload, as a body and bare, lands in quarantine; everything else goes its way."""
    if not _VECTORS.exists():
        pytest.skip("9 published rejection vectors are not there: HUB_VECTORS names no folder that has them")
    bodies = [bytes.fromhex(v["bytesHex"]) for v in json.loads(_VECTORS.read_text("utf-8"))["vectors"]]
    assert len(bodies) == 9

    def fault(run: Run) -> None:
        head = run.stock.parcels[0].value[:5]
        run.until_share("validate", 0.12)
        poison = [_bad(run, n, value) for n, value in enumerate([*bodies, *(head + body for body in bodies)])]
        hit = run.strike(f"{len(poison)} malformed records", "validate", lambda: _send(run, poison))
        run.recovered(hit)
        run.until("all of it in quarantine", lambda: run.eyes.quarantined() == len(poison))
        if run.restarts(SO_WORKER) or run.eyes.parked():
            run.problem("a malformed record ended a worker or parked a school")

    held(rig.run(Case("poison", "quarantine, and on", SMALL, batch=1, pace_s=0.1), 31, fault))


def test_partition_moves_on_when_a_record_kills_its_decoder(rig: Rig, held: Held) -> None:
    """The worker dies a few times, then the record dies in a child, is quarantined, and its partition goes on."""

    def fault(run: Run) -> None:
        run.until_share("validate", 0.12)
        deadly = _bad(run, 0, run.stock.parcels[0].value[:5] + _DEADLY)
        hit = run.strike("a record that kills the decoder", "validate", lambda: _send(run, [deadly]))
        run.until("it in quarantine", lambda: run.eyes.quarantined() == 1)
        run.recovered(hit)
        hit.what += f", {run.restarts(SO_WORKER)} restarts"
        code = run.eyes.text("so", "SELECT code FROM quarantine")
        if code != "DECODER_KILLED" or run.eyes.parked():
            run.problem(f"quarantined as {code}, {run.eyes.parked()} schools parked")

    environment = inside() | {"HUB_FAULT_DEADLY": _DEADLY.decode()}
    case = Case(
        "a record kills its decoder", "crash loops end", SMALL, specs(environment=environment), batch=1, pace_s=0.3
    )
    held(rig.run(case, 32, fault))


def test_repeats_have_one_effect_when_they_come_late_and_in_another_order(rig: Rig, held: Held) -> None:
    """A second producer sends again what was acknowledged: same bytes and headers, shuffled, before and after locks."""

    def fault(run: Run) -> None:
        known = {parcel.command_id: parcel.outbound().sending for parcel in run.stock.parcels}
        run.until_share("validate", 0.12)
        hit = run.strike("repeats", "validate", lambda: None)
        sent = 0
        for _ in range(_REPEATS):
            again = [known[c] for c in acknowledged(run) for _ in range(run.rng.randrange(3))]
            run.rng.shuffle(again)
            _send(run, again)
            sent += len(again)
            run.until("more to repeat", lambda: run.over.wait(0.8) or True)
        run.recovered(hit)
        hit.what = f"{sent} repeats of {len(known)} commands"

    held(rig.run(Case("duplicates, reorder, replay", "one effect per command", batch=2, pace_s=0.05), 33, fault))


@pytest.mark.parametrize("days", [1, pytest.param(-1, marks=only_long)])
def test_decisions_follow_append_time_when_the_clock_of_workers_is_wrong(rig: Rig, held: Held, days: int) -> None:
    """All workers live in another day: receipts, locks and what counts as signed in the future follow the broker."""
    environment = inside() | {"HUB_FAULT_CLOCK_S": str(days * 86_400)}

    def fault(run: Run) -> None:
        run.until_share("validate", 0.12)
        hit = run.strike(f"clock {days:+d} day", "validate", lambda: None)
        run.recovered(hit)
        run.until("locks", lambda: run.eyes.done("acknowledge") >= len(run.stock.schools))
        for what, database, query in _TIMES:
            if (wrong := run.eyes.count(database, query)) != 0:
                run.problem(f"{what}: {wrong}")
        moved = run.eyes.count(
            "so", "SELECT count(*) FROM checkpoint WHERE abs(extract(epoch FROM now() - made_at)) > 3600"
        )
        hit.what += f" ({moved} checkpoints say another time)"

    case = Case(
        f"clock of the workers {days:+d} day",
        "time is the broker's",
        SMALL,
        specs(environment=environment),
        patience_s=60,
    )
    held(rig.run(case, 34, fault))


_FAR = "abs(extract(epoch FROM now() - {})) > 3600"
_TIMES = [
    (
        "commands with another time than their append",
        "so",
        "SELECT count(*) FROM inbox WHERE " + _FAR.format("appended_at"),
    ),
    ("locks with another time", "so", "SELECT count(*) FROM lock WHERE " + _FAR.format("locked_at")),
    (
        "locks effective on another day",
        "so",
        "SELECT count(*) FROM lock WHERE effective_on <> (locked_at AT TIME ZONE 'UTC' + interval '7 hours')::date",
    ),
    (
        "transcripts called late by another clock",
        "so",
        "SELECT count(*) FROM document WHERE " + _FAR.format("appended_at"),
    ),
    ("locks decided at Bộ at another time", "bo", "SELECT count(*) FROM lock WHERE " + _FAR.format("decided_at")),
]


def _bad(run: Run, n: int, value: bytes) -> Sending:
    school = run.stock.schools[n % len(run.stock.schools)][0].school
    headers = headers_of("Submission", f"poison-{n}", f"/schools/{school}")
    return Sending(command(SO).name, school.encode(), value, headers)


def _send(run: Run, records: Sequence[Sending]) -> None:
    async def sent() -> None:
        sender = Sender(run.hub.bootstrap)
        try:
            await sender.send(records)
        finally:
            await sender.close()

    asyncio.run(sent())
