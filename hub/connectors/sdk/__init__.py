"""What a connector is made of; docs/connectors.md shows how to write one."""

from hub.connectors.sdk.answers import Answer, AnswerKind
from hub.connectors.sdk.extract import EXTRACT_BYTES_MAX, extract_bytes, extract_record, extract_system
from hub.connectors.sdk.finding import found, load, place_of
from hub.connectors.sdk.losses import Loss, LossReport
from hub.connectors.sdk.manifest import Manifest, Period, ProvinceInForce, read_manifest
from hub.connectors.sdk.ports import (
    Connector,
    Context,
    Kept,
    Mapped,
    Mapper,
    Opened,
    SealedConnector,
    Sink,
    Source,
    sealed_connector,
)
from hub.connectors.sdk.proposing import did_you_mean
from hub.connectors.sdk.records import (
    CURSOR_LENGTH_MAX,
    KEY_LENGTH_MAX,
    RECORD_BYTES_MAX,
    Page,
    Raw,
    SourceRecord,
    UnlockRequest,
    Unreadable,
    version_of,
)

__all__ = [
    "CURSOR_LENGTH_MAX", "EXTRACT_BYTES_MAX", "KEY_LENGTH_MAX", "RECORD_BYTES_MAX", "Answer", "AnswerKind", "Connector",
    "Context", "Kept", "Loss", "LossReport", "Manifest", "Mapped", "Mapper", "Opened", "Page", "Period",
    "ProvinceInForce", "Raw", "SealedConnector", "Sink", "Source", "SourceRecord", "UnlockRequest", "Unreadable",
    "did_you_mean", "extract_bytes", "extract_record", "extract_system", "found", "load", "place_of", "read_manifest",
    "sealed_connector", "version_of",
]  # fmt: skip
