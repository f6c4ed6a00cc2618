"""`hub bench`: measurements of the whole hub and of its own functions on this machine, each in one run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.bench import (
    ALGORITHMS,
    LAYOUTS,
    PARTS,
    JourneyOrder,
    LatencyOrder,
    PortalOrder,
    ProfileOrder,
    ScaleOrder,
    Wanted,
    measure_journey,
    measure_latency,
    measure_merkle,
    measure_portal,
    measure_profile,
    measure_scale,
    plot_samples,
)
from hub.cli.exits import EXIT_CODES
from hub.cli.options import Json
from hub.cli.progress import Told
from hub.cli.showing import print_line
from hub.config import Settings
from hub.errors import Corrupt

__all__ = ["app", "measure_merkle"]

HANOI_PUPIL_COUNT = 2_200_000
_SHOWN = (
    "floor_rps", "floor_cpu_us_each", "stage_rps", "validated_rps", "journey_rps", "published_rps", "ratio",
    "rate_reached", "latency_ms", "look_up_ms", "history_ms", "sheet_ms", "bundle_ms", "check_bundle_ms",
    "check_sheet_ms", "cpu_ms_each", "wrong_answers", "cpu_us_each", "memory_peak_mib", "workers",
    "stored", "sides", "own", "balance", "goals", "ok",
)  # fmt: skip

app = typer.Typer(no_args_is_help=True, help="Measure the hub on this machine.", epilog=EXIT_CODES)

Algorithm = StrEnum("Algorithm", {name: name for name in ALGORITHMS})  # type: ignore[misc]  # made from the one list
Layout = StrEnum("Layout", {name: name for name in LAYOUTS})  # type: ignore[misc]
ProfiledPart = StrEnum("ProfiledPart", {name.replace("-", "_"): name for name in PARTS})  # type: ignore[misc]


class Signatures(StrEnum):
    """How many signatures each transcript carries."""

    THREE = "3"
    TWELVE = "12"


Transcripts = Annotated[int, typer.Option(help="How many transcripts", min=50)]
SignaturesOption = Annotated[Signatures, typer.Option(help="Signatures on each transcript")]
AlgorithmOption = Annotated[Algorithm, typer.Option(help="Of the people and seals of schools")]
WorkersOption = Annotated[int, typer.Option(help="Worker processes of the Sở", min=1, max=8)]
LayoutOption = Annotated[
    Layout, typer.Option(help="together: each Sở worker has all stages; apart: one more has all but validate")
]
Processes = Annotated[int, typer.Option(help="Processes that sign a new stock", min=1, max=64)]
Seed = Annotated[int, typer.Option(help="The same seed gives the same pupils and marks")]
Cache = Annotated[
    Path | None,
    typer.Option(envvar="HUB_BENCH_CACHE", help="Folder of the signed stocks; default: bench in HUB_CACHE_DIR"),
]


@app.command(epilog=EXIT_CODES)
def journey(
    transcripts: Transcripts = 50_000,
    signatures: SignaturesOption = Signatures.THREE,
    workers: WorkersOption = 1,
    layout: LayoutOption = Layout.together,  # type: ignore[attr-defined]
    algorithm: AlgorithmOption = Algorithm.PS256,  # type: ignore[attr-defined]
    warm: Annotated[int, typer.Option(help="Transcripts sent and finished before the clock starts", min=0)] = 1000,
    samples: Annotated[Path | None, typer.Option(help="Write memory and rate of each second to this file")] = None,
    keep: Annotated[Path | None, typer.Option(help="Run in this folder and keep it: logs, databases, topics")] = None,
    floor: Annotated[bool, typer.Option(help="Measure the bare loop before and after")] = True,
    seed: Seed = 2026,
    processes: Processes = 2,
    cache: Cache = None,
    json: Json = False,
) -> None:
    """Time the whole way, first send to last row at Bộ, beside the bare loop; every transcript is accounted for."""
    settings = Settings()
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise typer.BadParameter("--keep wants a new or empty folder")
    order = JourneyOrder(
        Wanted(transcripts, int(signatures), str(algorithm), seed), _cache(settings, cache), settings.cache_dir,
        workers=workers, layout=str(layout), warm=warm, processes=processes, samples=samples, keep=keep,
        with_floor=floor,
    )  # fmt: skip
    with Told(Console(stderr=True)) as tell:
        found = measure_journey(order, tell)
    _show(found, json)


@app.command(epilog=EXIT_CODES)
def latency(
    rate: Annotated[float, typer.Option(help="Transcripts a second that arrive, whatever the hub does", min=1)] = 200,
    seconds: Annotated[float, typer.Option(help="For how long they count", min=1)] = 30,
    warm_s: Annotated[float, typer.Option("--warm-seconds", help="How long before that they do not", min=0)] = 5,
    per_submission: Annotated[int, typer.Option(help="Transcripts of one submission; 0: whole classes", min=0)] = 0,
    signatures: SignaturesOption = Signatures.THREE,
    workers: WorkersOption = 1,
    layout: LayoutOption = Layout.together,  # type: ignore[attr-defined]
    algorithm: AlgorithmOption = Algorithm.PS256,  # type: ignore[attr-defined]
    seed: Seed = 2026,
    processes: Processes = 2,
    cache: Cache = None,
    json: Json = False,
) -> None:
    """Time submission to receipt at a given rate of arrivals (open loop), from the intended time of each on."""
    settings = Settings()
    order = LatencyOrder(
        _cache(settings, cache), settings.cache_dir, rate, seconds, warm_s, int(signatures), str(algorithm),
        per_submission, workers, str(layout), processes, seed,
    )  # fmt: skip
    with Told(Console(stderr=True)) as tell:
        found = measure_latency(order, tell)
    _show(found, json)


@app.command(epilog=EXIT_CODES)
def portal(
    families: Annotated[int, typer.Option(help="Families with a slip, one transcript each", min=20)] = 200,
    rate: Annotated[float, typer.Option(help="Look-ups a second, whatever the portal does", min=1)] = 100,
    seconds: Annotated[float, typer.Option(help="For how long they count", min=1)] = 30,
    warm_s: Annotated[float, typer.Option("--warm-seconds", help="How long before that they do not", min=0)] = 5,
    sheets: Annotated[int, typer.Option(help="Sealed sheets that are printed, one after the other", min=1)] = 100,
    checks: Annotated[int, typer.Option(help="Evidence files, and sheets, that are checked", min=1)] = 200,
    answer_ms: Annotated[int, typer.Option(help="Beat of the look-up's answers: HUB_PORTAL_ANSWER_MS", min=1)] = 40,
    seed: Seed = 2026,
    processes: Processes = 2,
    cache: Cache = None,
    json: Json = False,
) -> None:
    """Time look-ups at a steady rate (open loop), sheets, and checks, at a portal on real servers."""
    settings = Settings()
    order = PortalOrder(
        _cache(settings, cache), settings.cache_dir, families, rate, seconds, warm_s, sheets, checks, answer_ms,
        processes, seed,
    )  # fmt: skip
    with Told(Console(stderr=True)) as tell:
        found = measure_portal(order, tell)
    _show(found, json)


@app.command(epilog=EXIT_CODES)
def scale(
    transcripts: Transcripts = 5_000,
    signatures: SignaturesOption = Signatures.THREE,
    workers: Annotated[str, typer.Option(help="Counts of worker processes, one run each")] = "1,2,4",
    times: Annotated[str, typer.Option(help="How many times as many rows stand there already")] = "10,100",
    layout: LayoutOption = Layout.together,  # type: ignore[attr-defined]
    algorithm: AlgorithmOption = Algorithm.PS256,  # type: ignore[attr-defined]
    seed: Seed = 2026,
    processes: Processes = 2,
    cache: Cache = None,
    json: Json = False,
) -> None:
    """Compare counts of worker processes, and the cost of a transcript behind 10 and 100 times as many rows."""
    settings = Settings()
    order = ScaleOrder(
        Wanted(transcripts, int(signatures), str(algorithm), seed), _cache(settings, cache), settings.cache_dir,
        _numbers("--workers", workers), _numbers("--times", times), str(layout), processes,
    )  # fmt: skip
    with Told(Console(stderr=True)) as tell:
        found = measure_scale(order, tell)
    _show(found, json)


@app.command(epilog=EXIT_CODES)
def peers(
    transcripts: Transcripts = 10_000,
    signatures: SignaturesOption = Signatures.THREE,
    algorithm: AlgorithmOption = Algorithm.PS256,  # type: ignore[attr-defined]
    seed: Seed = 2026,
    processes: Processes = 2,
    cache: Cache = None,
    json: Json = False,
) -> None:
    """Put the same bytes and checks through a plain consumer and a plain Faust agent, beside the hub's loop."""
    from hub.bench.peers import PeersOrder, measure_peers  # noqa: PLC0415  Faust takes a second to import

    settings = Settings()
    wanted = Wanted(transcripts, int(signatures), str(algorithm), seed)
    with Told(Console(stderr=True)) as tell:
        found = measure_peers(PeersOrder(wanted, _cache(settings, cache), settings.cache_dir, processes), tell)
    _show(found, json)


@app.command(epilog=EXIT_CODES)
def profile(
    part: Annotated[ProfiledPart, typer.Option(help="Whose time")] = ProfiledPart.so_worker,  # type: ignore[attr-defined]
    transcripts: Transcripts = 10_000,
    signatures: SignaturesOption = Signatures.THREE,
    algorithm: AlgorithmOption = Algorithm.PS256,  # type: ignore[attr-defined]
    shown: Annotated[int, typer.Option(help="How many functions to name", min=1)] = 30,
    seed: Seed = 2026,
    processes: Processes = 2,
    cache: Cache = None,
    json: Json = False,
) -> None:
    """Name the functions that take the time, in microseconds a transcript (py-spy where it is installed)."""
    settings = Settings()
    wanted = Wanted(transcripts, int(signatures), str(algorithm), seed)
    order = ProfileOrder(str(part), wanted, _cache(settings, cache), settings.cache_dir, shown, processes)
    with Told(Console(stderr=True)) as tell:
        found = measure_profile(order, tell)
    _show(found, json)


@app.command(epilog=EXIT_CODES)
def plot(
    samples: Annotated[Path, typer.Argument(help="What hub bench journey --samples wrote")],
    picture: Annotated[Path, typer.Argument(help="SVG file to write")],
    title: Annotated[str, typer.Option(help="Line above the picture")] = "hub bench journey",
) -> None:
    """Draw rate and memory over time."""
    plot_samples(samples, picture, title)


@app.command(epilog=EXIT_CODES)
def merkle(
    leaves: Annotated[int, typer.Option(help="Leaves of the tree", min=1, max=50_000_000)] = HANOI_PUPIL_COUNT,
    runs: Annotated[int, typer.Option(help="How often the root is computed; the median counts", min=1, max=100)] = 3,
    proofs: Annotated[int, typer.Option(help="Inclusion proofs that are checked", min=1, max=100_000)] = 2000,
    json: Json = False,
) -> None:
    """Time the root over as many leaves as Hà Nội has pupils, and the check of one inclusion proof."""
    found = measure_merkle(leaves, runs, proofs)
    if json:
        print_line(found)
    else:
        for name, value in found.items():
            Console().print(f"{name:22} {value}", highlight=False, markup=False)


def _cache(settings: Settings, given: Path | None) -> Path:
    return given or settings.cache_dir / "bench"


def _numbers(option: str, text: str) -> tuple[int, ...]:
    parts = [part for part in text.split(",") if part]
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise typer.BadParameter(f"{option} is such as 1,2,4")
    return tuple(map(int, parts))


def _show(found: dict[str, Any], json: bool) -> None:
    """Print the report, whole as JSON or its main figures; a run that lost or doubled anything ends with 4."""
    if json:
        print_line(found)
    else:
        for name in (name for name in _SHOWN if name in found):
            Console().print(f"{name:18} {found[name]}", highlight=False, markup=False)
    if not found["ok"]:
        problems = found.get("balance", {}).get("problems", ())
        raise Corrupt("BALANCE_DIFFERS", {"problems": str(len(problems) or 1)})
