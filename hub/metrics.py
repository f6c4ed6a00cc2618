"""Every metric of the hub, declared once: name, meaning, unit; and the door that serves them. No label is personal."""

import structlog
from prometheus_client import Counter, Gauge, Histogram, start_http_server

from hub.errors import Unavailable

__all__ = [
    "ACCEPTED", "BATCH_RECORDS", "BATCH_SECONDS", "CLOSING_DUE",
    "CONNECTOR_ANSWERS_WAITING", "CONNECTOR_HEARTBEAT",
    "CONNECTOR_LAG_BYTES",
    "CONNECTOR_RECORDS", "CONNECTOR_STATE", "CONNECTOR_STEP_FAILURES", "CONNECTOR_UNDECLARED_LOSSES",
    "CONNECTOR_WAITING_BATCHES", "EXPORTER_LAG", "EXPORTER_OFFSET", "FORKS", "GROUP_LAG",
    "GROUP_LAG_MAX",
    "GROUP_LAG_SECONDS", "GROUP_LAG_SECONDS_MAX", "GROUP_OFFSET", "INGESTED", "LAG", "LOCKED", "LOOKS",
    "LOOK_LOG_LOST", "LOOK_LOG_ROWS", "LOOK_MISSES",
    "NEAR_MATCHES_OPEN",
    "QUARANTINED",
    "QUARANTINE_OLDEST", "QUARANTINE_WAITING",
    "REFUSED", "RELAYED", "RETRIES", "SEALING_OVERDUE", "STAMP_FAILURES", "STATUS", "TAMPERED", "TAMPER_CHECKED",
    "TRANSFERS", "TRANSFERS_OVERDUE", "UNCHANGED", "UNSEALED", "WAITING", "WAITING_SECONDS", "serve_metrics",
]  # fmt: skip

_log = structlog.get_logger()

ACCEPTED = Counter("hub_validate_accepted_transcripts", "Transcripts accepted by Sở", ["so"])
UNCHANGED = Counter("hub_validate_unchanged_transcripts", "Transcripts that were current already", ["so"])
REFUSED = Counter("hub_validate_refused_transcripts", "Transcripts refused, by the first refusing code", ["so", "code"])
LOCKED = Counter("hub_lock_locked_transcripts", "Transcripts locked", ["so"])
INGESTED = Counter("hub_ingest_ingested_transcripts", "Transcripts ingested by Bộ", ["so"])
QUARANTINED = Counter("hub_stage_quarantined_messages", "Messages that did not decode", ["stage", "code"])
HEALED = Counter("hub_stage_healed_records", "Records that were never delivered and read from the log", ["stage"])
PARKED = Gauge("hub_stage_parked_schools", "Schools (record keys) that wait for a person", ["stage"])
QUARANTINE_WAITING = Gauge(
    "hub_quarantine_waiting_messages", "Entries neither dismissed nor redriven, or that came back", ["stage"]
)
QUARANTINE_OLDEST = Gauge(
    "hub_quarantine_oldest_seconds", "Age of the oldest of these by its append time; 0 for none", ["stage"]
)
NEAR_MATCHES_OPEN = Gauge("hub_near_matches_open", "Pairs of pupils who may be one, not decided by a person", ["so"])
FORKS = Gauge("hub_ingest_fork_pairs", "Pairs of contradicting texts of one Sở that Bộ keeps", ["so"])
TAMPERED = Gauge("hub_tampered_rows", "Rows that the last nightly check found changed, missing or unguarded", ["owner"])
TAMPER_CHECKED = Gauge("hub_tampered_checked_seconds", "When that check ended, Unix time in seconds", ["owner"])
UNSEALED = Gauge("hub_seal_oldest_unsealed_seconds", "Age of the oldest lock that no head covers; 0 for none", ["so"])
SEALING_OVERDUE = Gauge("hub_seal_overdue", "1 while no time-stamp is to be had and that age is over its limit", ["so"])
STAMP_FAILURES = Counter("hub_seal_timestamp_failures", "Questions that brought no time-stamp", ["so"])
CLOSING_DUE = Gauge(
    "hub_closing_due_seconds", "Since when a log should have ended that has no final head; 0 for none", ["so"]
)
TRANSFERS = Gauge("hub_transfers", "Transfers between schools at Bộ, by state", ["state"])
TRANSFERS_OVERDUE = Gauge("hub_transfers_overdue", "Transfers of which what is awaited now has run out")
LOOKS = Counter("hub_portal_looks", "Reads of the portal that were logged, by what was read", ["record"])
LOOK_LOG_ROWS = Gauge("hub_look_log_rows", "Rows of the logs of reads and shares; it never falls")
LOOK_LOG_LOST = Gauge("hub_look_log_lost_rows", "Rows that these logs had and have no more; 0 unless a tail is gone")
LOOK_MISSES = Counter("hub_portal_misses", "Keys shown to the portal that opened nothing, or came over a limit")
RETRIES = Counter("hub_stage_database_retries", "Attempts that found no database", ["stage"])
RELAYED = Counter("hub_relay_sent_messages", "Messages of the outbox that the broker acknowledged", ["owner"])
BATCH_RECORDS = Histogram(
    "hub_stage_batch_records", "Records in one transaction", ["stage"], buckets=(1, 5, 20, 50, 100, 200)
)
BATCH_SECONDS = Histogram("hub_stage_batch_seconds", "Time of one batch, preparation and transaction", ["stage"])
LAG = Gauge("hub_stage_lag_messages", "Messages between the true position and the end", ["stage", "topic", "partition"])
STATUS = Gauge(
    "hub_stage_status", "1 for what the stage is: OK, STALL or REWIND; STOP can only be seen from outside",
    ["stage", "status"],
)  # fmt: skip
WAITING = Gauge("hub_waiting_count", "What waits beside the topics, by kind: outbox, parked", ["owner", "kind"])
WAITING_SECONDS = Gauge("hub_waiting_oldest_seconds", "Age of the oldest that waits, 0 for none", ["owner", "kind"])

# Names and labels that the dashboards of kafka_exporter and of kafka-lag-exporter ask for; measured against the true
# position, not the Kafka commit. Each worker tells of the partitions that it has claimed, and of no other.
_PLACE = ["cluster_name", "group", "topic", "partition"]
EXPORTER_LAG = Gauge(
    "kafka_consumergroup_lag", "Messages between true position and end", ["consumergroup", "topic", "partition"]
)
EXPORTER_OFFSET = Gauge(
    "kafka_consumergroup_current_offset",
    "True position: the next offset to do",
    ["consumergroup", "topic", "partition"],
)
GROUP_OFFSET = Gauge("kafka_consumergroup_group_offset", "True position: the next offset to do", _PLACE)
GROUP_LAG = Gauge("kafka_consumergroup_group_lag", "Messages between true position and end", _PLACE)
GROUP_LAG_SECONDS = Gauge(
    "kafka_consumergroup_group_lag_seconds",
    "Age of the oldest message not done, by its append time; 0 for none",
    _PLACE,
)
GROUP_LAG_MAX = Gauge("kafka_consumergroup_group_max_lag", "Largest lag in messages", _PLACE[:2])
GROUP_LAG_SECONDS_MAX = Gauge("kafka_consumergroup_group_max_lag_seconds", "Largest lag in seconds", _PLACE[:2])

CONNECTOR_STATE = Gauge(
    "hub_connector_state", "1 for what the connector is: RUNNING, PAUSED, DEGRADED or FAILED", ["connector", "state"]
)
CONNECTOR_HEARTBEAT = Gauge("hub_connector_heartbeat_seconds", "Its last heartbeat, Unix time", ["connector"])
CONNECTOR_RECORDS = Gauge("hub_connector_records", "Records of the system by where they stand", ["connector", "state"])
CONNECTOR_WAITING_BATCHES = Gauge("hub_connector_waiting_batches", "Batches that wait for persons", ["connector"])
CONNECTOR_ANSWERS_WAITING = Gauge("hub_connector_answers_waiting", "Answers that the system has not", ["connector"])
CONNECTOR_LAG_BYTES = Gauge(
    "hub_connector_lag_bytes", "What the system keeps of its log until the connector has read it", ["connector"]
)
CONNECTOR_STEP_FAILURES = Gauge(
    "hub_connector_step_failures", "Attempts of a step that waits or failed, since it last worked",
    ["connector", "step", "code"],
)  # fmt: skip
CONNECTOR_UNDECLARED_LOSSES = Gauge(
    "hub_connector_undeclared_losses", "Kinds and paths of losses that no manifest declares", ["connector"]
)


def serve_metrics(port: int) -> None:
    """Serve them on loopback from now on; port 0 is any free one. Raises Unavailable METRICS_PORT_TAKEN."""
    try:
        server, _ = start_http_server(port, addr="127.0.0.1")
    except OSError as error:
        facts = {"port": str(port), "setting": "HUB_METRICS_PORT", "reason": error.strerror or type(error).__name__}
        raise Unavailable("METRICS_PORT_TAKEN", facts) from error
    _log.info("metrics_up", port=server.server_port)
