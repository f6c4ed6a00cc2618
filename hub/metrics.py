"""Every metric of the hub, declared once: name, meaning, unit. No label holds personal data."""

from prometheus_client import Counter, Gauge, Histogram

__all__ = [
    "ACCEPTED", "BATCH_RECORDS", "BATCH_SECONDS", "INGESTED", "LAG", "LOCKED", "QUARANTINED", "REFUSED", "RELAYED",
    "RETRIES", "UNCHANGED",
]  # fmt: skip

ACCEPTED = Counter("hub_validate_accepted_transcripts", "Transcripts accepted by Sở", ["so"])
UNCHANGED = Counter("hub_validate_unchanged_transcripts", "Transcripts that were current already", ["so"])
REFUSED = Counter("hub_validate_refused_transcripts", "Transcripts refused, by the first refusing code", ["so", "code"])
LOCKED = Counter("hub_lock_locked_transcripts", "Transcripts locked", ["so"])
INGESTED = Counter("hub_ingest_ingested_transcripts", "Transcripts ingested by Bộ", ["so"])
QUARANTINED = Counter("hub_stage_quarantined_messages", "Messages that did not decode", ["stage", "code"])
RETRIES = Counter("hub_stage_database_retries", "Attempts that found no database", ["stage"])
RELAYED = Counter("hub_relay_sent_messages", "Messages of the outbox that the broker acknowledged", ["owner"])
BATCH_RECORDS = Histogram(
    "hub_stage_batch_records", "Records in one transaction", ["stage"], buckets=(1, 5, 20, 50, 100, 200)
)
BATCH_SECONDS = Histogram("hub_stage_batch_seconds", "Time of one batch, preparation and transaction", ["stage"])
LAG = Gauge("hub_stage_lag_messages", "Messages between the true position and the end", ["stage", "topic", "partition"])
