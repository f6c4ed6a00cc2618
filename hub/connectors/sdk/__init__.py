"""What a connector is made of; docs/connectors.md shows how to write one."""

from hub.connectors.sdk.answers import Answer, AnswerKind
from hub.connectors.sdk.finding import found, load, place_of
from hub.connectors.sdk.losses import Loss, LossReport
from hub.connectors.sdk.manifest import Manifest, Period, ProvinceInForce, read_manifest
from hub.connectors.sdk.ports import Connector, Context, Mapped, Mapper, Opened, Sink, Source
from hub.connectors.sdk.proposing import did_you_mean
from hub.connectors.sdk.records import (
    CURSOR_LENGTH_MAX,
    KEY_LENGTH_MAX,
    RECORD_BYTES_MAX,
    Page,
    Raw,
    SourceRecord,
    Unreadable,
    version_of,
)

__all__ = [
    "CURSOR_LENGTH_MAX", "KEY_LENGTH_MAX", "RECORD_BYTES_MAX", "Answer", "AnswerKind", "Connector", "Context", "Loss",
    "LossReport", "Manifest", "Mapped", "Mapper", "Opened", "Page", "Period", "ProvinceInForce", "Raw", "Sink",
    "Source", "SourceRecord", "Unreadable", "did_you_mean", "found", "load", "place_of", "read_manifest", "version_of",
]  # fmt: skip
