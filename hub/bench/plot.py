"""Samples of a long run as a picture: rate and memory over time, plain SVG without any library."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["plot_samples", "rates_of", "svg_of"]

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 760, 190, 70, 30, 60
_COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b9770e", "#555555")
_WINDOW_S = 5.0  # a rate is the mean over so long
_TICKS = 4
Line = tuple[str, Sequence[tuple[float, float]]]


def plot_samples(samples: Path, picture: Path, title: str) -> None:
    """Read the lines of `hub bench journey --samples` and write the picture."""
    lines = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    picture.write_text(svg_of(lines, title), encoding="utf-8")


def svg_of(samples: Sequence[Mapping[str, Any]], title: str) -> str:
    """Return the picture of some samples (one a second)."""
    rates = [(name, rates_of(samples, name)) for name in ("validated", "ingested")]
    names = sorted({name for sample in samples for name in sample["memory_mib"]})
    memory = [(n, [(s["t_s"], s["memory_mib"][n]) for s in samples if n in s["memory_mib"]]) for n in names]
    height = 2 * (_HEIGHT + _GAP) + _TOP
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + _LEFT + 130} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="100%" height="100%" fill="white"/><text x="{_LEFT}" y="18" font-size="14">{_safe(title)}</text>',
        _panel(rates, "transcripts a second", _TOP),
        _panel(memory, "memory, MiB", _TOP + _HEIGHT + _GAP),
        "</svg>",
    ]) + "\n"  # fmt: skip


def rates_of(samples: Sequence[Mapping[str, Any]], name: str) -> list[tuple[float, float]]:
    """Return (second, mean rate over the last five seconds) from counts that grow."""
    found, first = [], 0
    for last in range(1, len(samples)):
        while first < last - 1 and samples[last]["t_s"] - samples[first]["t_s"] > _WINDOW_S:
            first += 1
        seconds = samples[last]["t_s"] - samples[first]["t_s"]
        grown = samples[last][name] - samples[first][name]
        found.append((samples[last]["t_s"], grown / seconds if seconds > 0 else 0.0))
    return found


def _panel(lines: Sequence[Line], label: str, top: int) -> str:
    points = [point for _, line in lines for point in line]
    end, peak = max((x for x, _ in points), default=1.0) or 1.0, max((y for _, y in points), default=1.0) or 1.0
    shown = [f'<text x="{_LEFT}" y="{top + 12}" fill="#333">{label}</text>']
    for tick in range(_TICKS + 1):
        y = top + _HEIGHT - tick * (_HEIGHT - 20) / _TICKS
        shown.append(f'<path d="M{_LEFT} {y:.1f}h{_WIDTH}" stroke="#ddd"/>')
        shown.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{peak * tick / _TICKS:,.0f}</text>')
        x = _LEFT + tick * _WIDTH / _TICKS
        shown.append(
            f'<text x="{x:.1f}" y="{top + _HEIGHT + 16}" text-anchor="middle">{end * tick / _TICKS:,.0f} s</text>'
        )
    for number, (name, line) in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        at = " ".join(
            f"{_LEFT + x / end * _WIDTH:.1f},{top + _HEIGHT - y / peak * (_HEIGHT - 20):.1f}" for x, y in line
        )
        shown.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{at}"/>')
        place = f'x="{_LEFT + _WIDTH + 10}" y="{top + 24 + number * 18}"'
        shown.append(f'<text {place} fill="{colour}">{_safe(name)}</text>')
    return "\n".join(shown)


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
