"""The sampler, and the picture that is made from its lines."""

import json
import os
import xml.etree.ElementTree as ET
from itertools import count
from pathlib import Path

import pytest

from hub.bench.plot import plot_samples, rates_of
from hub.bench.sampling import Sampler, Watched


def a_sampler(path: Path | None = None) -> Sampler:
    growing = count(0, 100)
    watched = Watched({"so-0": os.getpid()}, os.getpid())
    return Sampler(watched, lambda: {"validated": next(growing), "ingested": 0}, path, every_s=0.01)


def test_sampler_writes_a_line_each_time_and_keeps_the_peaks(tmp_path: Path) -> None:
    """Rate, memory and processor time of everybody, as JSON lines; the highest memory is the kernel's."""
    path = tmp_path / "samples.jsonl"
    with a_sampler(path) as sampler:
        while len(sampler.lines) < 3:
            pass
    written = [json.loads(line) for line in path.read_text().splitlines()]
    assert written == sampler.lines[: len(written)]
    assert set(written[0]) == {"t_s", "validated", "ingested", "memory_mib", "cpu_s"}
    assert set(written[0]["memory_mib"]) == {"so-0", "databases"}
    assert sampler.peaks_mib["so-0"] >= max(line["memory_mib"]["so-0"] for line in written) - 0.1


def test_sampler_stops_once(tmp_path: Path) -> None:
    """Stopping again does nothing, and no line comes behind it."""
    with a_sampler() as sampler:
        sampler.stop()
        seen = len(sampler.lines)
    assert len(sampler.lines) == seen


def samples(end_s: int) -> list[dict[str, object]]:
    return [
        {"t_s": float(t), "validated": 100 * t, "ingested": 50 * t, "memory_mib": {"so-0": 150.0, "<bo>": 90.0 + t}}
        for t in range(end_s)
    ]


def test_rate_is_the_mean_of_the_last_seconds() -> None:
    """A constant stream gives a constant rate, from the second sample on."""
    assert {round(rate) for _, rate in rates_of(samples(20), "validated")} == {100}
    assert len(rates_of(samples(20), "validated")) == 19


@pytest.mark.parametrize("end_s", [0, 1, 30])
def test_picture_is_well_formed_also_of_few_samples(tmp_path: Path, end_s: int) -> None:
    """Plain SVG: a line for each rate and each process, names escaped."""
    source, picture = tmp_path / "samples.jsonl", tmp_path / "picture.svg"
    source.write_text("".join(json.dumps(line) + "\n" for line in samples(end_s)))
    plot_samples(source, picture, "50 < 100 & more")
    root = ET.fromstring(picture.read_text())
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == (2 + 2 if end_s else 2)
