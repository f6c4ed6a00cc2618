"""Measurements of the whole hub on this machine: real servers, real worker processes, figures of one run side by side.

Nothing here decides anything about a record; it sends, waits, counts and compares. `docs/benchmarks.md` says how to
read what comes out.
"""

from hub.bench.ground import LAYOUTS
from hub.bench.journey import JourneyOrder, measure_journey
from hub.bench.latency import LatencyOrder, measure_latency
from hub.bench.merkle import measure_merkle
from hub.bench.plot import plot_samples
from hub.bench.portal import PortalOrder, measure_portal
from hub.bench.profile import PARTS, ProfileOrder, measure_profile
from hub.bench.scale import ScaleOrder, measure_scale
from hub.bench.wanted import ALGORITHMS, SIGNATURE_COUNTS, Wanted

__all__ = [
    "ALGORITHMS",
    "LAYOUTS",
    "PARTS",
    "SIGNATURE_COUNTS",
    "JourneyOrder",
    "LatencyOrder",
    "PortalOrder",
    "ProfileOrder",
    "ScaleOrder",
    "Wanted",
    "measure_journey",
    "measure_latency",
    "measure_merkle",
    "measure_portal",
    "measure_profile",
    "measure_scale",
    "plot_samples",
]
