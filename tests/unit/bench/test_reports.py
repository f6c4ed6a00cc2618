"""What the reports say, and that the page about them knows every field."""

from pathlib import Path

import pytest

from hub.bench.ballast import TABLES, Copy, changed_column, original_rows
from hub.bench.journey import JourneyOrder, journey_figures
from hub.bench.latency import figures_of
from hub.bench.peers import LACKS, steady
from hub.bench.profile import read_stacks
from hub.bench.queries import queries
from hub.bench.report import heading
from hub.bench.sizes import Sizes, codec_of, sizes_each, tables_each
from hub.bench.wanted import Wanted
from hub.bench.wave import Wave, latencies_ms

DOCS = Path(__file__).parents[3] / "docs" / "benchmarks.md"
FLOOR = {
    "transcripts": 400, "floor_rps": 4000.0, "stage_rps": 2000.0,
    "floor_us": {"wall": 250.0, "cpu": 170.0, "backend_cpu": 30.0},
}  # fmt: skip


def a_wave() -> Wave:
    return Wave(
        transcripts=1000, submissions=30, seconds={"validated": 0.4, "ingested": 0.5, "published": 1.0, "sent": 0.1},
        cpu_s={"so-0": 0.2, "bo": 0.06, "databases": 0.09, "measurement": 9.0}, by_database_s={"so": 0.06, "bo": 0.03},
        machine_s={"busy": 1.0}, peaks_mib={"so-0": 120.0, "bo": 90.0, "broker": 900.0}, latency_ms={"p50": 1.0},
    )  # fmt: skip


def test_ratio_is_the_journey_by_the_bare_loop() -> None:
    """First send to last row at Bộ; the bare loop's rate is that of both passes together."""
    order = JourneyOrder(Wanted(1000), Path("cache"), Path("jars"))
    found = journey_figures(order, a_wave(), [FLOOR, FLOOR | {"floor_rps": 2000.0}])
    assert (found["journey_rps"], found["validated_rps"], found["published_rps"]) == (2000.0, 2500.0, 1000.0)
    assert (found["floor_rps"], found["floor_cpu_us_each"], found["ratio"]) == (2666.7, 200.0, 0.75)
    assert found["goals"]["worker_mib"]["reached"]


def test_who_looks_on_is_no_part_of_the_sum() -> None:
    """The measurement's own time is told, and not counted."""
    each = a_wave().cpu_us()
    assert (each["so-0"], each["measurement"], each["all"]) == (200.0, 9000.0, 350.0)


def test_every_field_of_the_report_stands_in_the_docs() -> None:
    """A figure that nobody can look up is no figure."""
    order = JourneyOrder(Wanted(1000), Path("cache"), Path("jars"))
    text = DOCS.read_text(encoding="utf-8")
    fields = set(heading("journey")) | set(journey_figures(order, a_wave(), [FLOOR, FLOOR]))
    fields |= {
        "bytes_each",
        "tables_bytes_each",
        "submitted_value_bytes_each",
        "balance",
        "ok",
        "settings",
        "stock",
        "register",
    }
    fields |= set(figures_of([["a", 0.0, 0.0, 0.1, 0, 0, 30]], {"a": 0.1}, 0.0))
    assert sorted(name for name in fields if f"`{name}`" not in text) == []


def test_latency_counts_from_the_intended_time() -> None:
    """A late sender is part of it; what has no answer is told, and fails the run."""
    lines = [["warm", 0.0, 0.0, 0.1, 0, 0, 30], ["a", 10.0, 10.5, 10.6, 0, 1, 30], ["b", 11.0, 11.0, 11.1, 0, 2, 30]]
    found = figures_of(lines, {"warm": 9.0, "a": 10.75, "b": 11.25}, warm_s=5.0)
    assert (found["latency_ms"]["max"], found["latency_ms"]["count"]) == (750.0, 2)
    assert (found["sender_late_ms"]["max"], found["rate_reached"], found["ok"]) == (500.0, 60.0, True)
    assert not figures_of(lines, {"a": 10.75, "b": 11.25}, warm_s=5.0)["ok"]


def test_latency_of_the_journey_leaves_locks_out() -> None:
    """A request to lock carries no transcript."""
    lines = [["a", 1.0, 1.0, 1.0, 0, 0, 30], ["lock", 1.0, 1.0, 1.0, 0, 1, 0], ["b", 1.0, 1.0, 1.0, 0, 2, 5]]
    assert latencies_ms(lines, {"a": 1.5, "lock": 9.0}) == [500.0]


def test_steady_rate_leaves_beginning_and_end_out() -> None:
    """Twenty commits of five, a slow one first and last: only what lies between a tenth and nine tenths counts."""
    times = [-20.0, *(0.5 * n for n in range(18)), 90.0]
    commits = [(at, 5, 0.001 * n) for n, at in enumerate(times)]
    assert steady(commits) == (10.0, 200.0)


@pytest.mark.parametrize(
    ("commits", "rate"), [([], 0.0), ([(1.0, 5, 0.0)], 0.0), ([(1.0, 5, 0.0), (2.0, 5, 0.1)], 5.0)]
)
def test_steady_rate_of_few_commits_takes_them_all(commits: list[tuple[float, int, float]], rate: float) -> None:
    """One commit has no rate."""
    assert steady(commits)[0] == rate


def test_every_side_says_what_it_lacks() -> None:
    """A rate beside another's is read as a comparison: it must say of what."""
    assert {name: bool(lacks) for name, lacks in LACKS.items()} == dict.fromkeys(
        ("plain_executemany", "plain_faust", "hub"), True
    )


def test_profile_counts_own_and_whole_and_no_waits() -> None:
    """A recursive function counts once in whole; a thread that waits uses nothing."""
    own, whole = read_stacks(
        ["main (a.py);work (b.py) 3", "main (a.py);work (b.py);work (b.py) 2", "main (a.py);Condition.wait (t.py) 9"]
    )
    assert own == {"work (b.py)": 5}
    assert whole == {"main (a.py)": 5, "work (b.py)": 5}


def test_ballast_changes_identifiers_and_nothing_else() -> None:
    """Bytes are hashed with the number, texts get it behind, places in the log become negative."""
    shown = {
        name: changed_column(name, Copy(3)).as_string(None) for name in ("school", "lock_id", "log_index", "state")
    }
    assert shown["school"] == "\"school\" || '~3'"
    assert shown["lock_id"] == "sha256(\"lock_id\" || convert_to('~3', 'UTF8'))"
    assert shown["log_index"] == '-"log_index" - 1 - 3000000000'
    assert shown["state"] == '"state"'


def test_ballast_copies_originals_alone() -> None:
    """A table without an identifier of its own tells its originals by what they belong to."""
    assert "strpos" in original_rows("document", ["n", "school"]).as_string(None)
    assert "inbox" in original_rows("answer", ["message_sha256"]).as_string(None)
    assert set(TABLES) == {"so_ha_noi", "bo"}


def test_sizes_are_told_for_each_transcript() -> None:
    """What came between two looks, topic by topic and table by table; what did not grow is left out."""
    before = Sizes({"a": 100, "b": 5}, 1000, {"bo": 0}, {"bo": {"document": (10, 10)}}, 50)
    after = Sizes({"a": 300, "b": 5}, 3000, {"bo": 400}, {"bo": {"document": (210, 110), "new": (0, 20)}}, 650)
    found = sizes_each(before, after, 10)
    assert found == {"topics": {"a": 20}, "kafka_disk": 200, "databases": {"bo": 40}, "wal": 60}
    tables = tables_each(before, after, 10)
    assert tables == {"bo": {"document": {"rows": 20, "indexes": 10}, "new": {"rows": 0, "indexes": 2}}}


@pytest.mark.parametrize(("attributes", "codec"), [(0, "none"), (1, "gzip"), (0b1011, "lz4"), (4, "zstd")])
def test_compression_is_read_from_the_log_itself(tmp_path: Path, attributes: int, codec: str) -> None:
    """The last three bits of the first batch's attributes, whatever the settings say."""
    (tmp_path / "topic-0").mkdir()
    (tmp_path / "topic-0" / "0.log").write_bytes(bytes(21) + attributes.to_bytes(2) + bytes(40))
    assert (codec_of(tmp_path, "topic"), codec_of(tmp_path, "other")) == (codec, "empty")


def test_every_query_has_a_sentence() -> None:
    """Whoever reads the name reads what it is for."""
    assert [n for n, text in queries().items() if not text.startswith("-- ") or text.splitlines()[0][-1] != "."] == []
