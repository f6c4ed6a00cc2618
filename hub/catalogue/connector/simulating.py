"""Codes of connectors: playing a province's own system."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["SIMULATING"]

SIMULATING: tuple[Entry, ...] = (
    Entry(
        "SIMULATOR_MISSING", Severity.REFUSE, Certainty.CONTRACT, "hub connector simulate",
        "Không có hệ thống mô phỏng cho kết nối {connector}.",
        "There is no simulator of the connector {connector}.",
        "Chọn một kết nối có mô phỏng: hub connector list.",
        "Choose a connector that has one: hub connector list.",
    ),
)  # fmt: skip
