"""Validate (thẩm tra): whether a submitted transcript may stand in Sở's database.

In:  hocba.so-<so>.command.v1, key = school code.
Out: accepted rows in Sở's database; one signed receipt for each command; lock orders that were accepted; follow-up
receipts to schools whose transcripts a decision moved; links of identifiers and look-up slips on their way to Bộ.
Invariant: one outcome per document, equal on every replay; time is the broker's append time.
Legal source: each rule in hub.domain.regulations names its article.
"""

from collections.abc import Sequence

from hub.agents.basis_told import with_basis_told
from hub.agents.follow_ups import told_besides
from hub.agents.preparing import prepare_command
from hub.agents.receipts import Receipts
from hub.agents.slips_told import with_told
from hub.agents.snapshots import Snapshots, Versions, answer_id_of
from hub.agents.stage import Outgoing, Record, Stage, as_decided
from hub.decision import Known, Outcome, Prepared, decide
from hub.metrics import ACCEPTED, REFUSED, UNCHANGED
from hub.recovery import Turns
from hub.schemas import encode
from hub.signing import Signer
from hub.store import Connection
from hub.store.so import load_known, receipt_of_message, write_outcome
from hub.topics import command as command_topic
from hub.topics import lock_command
from hub.topics import receipt as receipt_topic
from hub.trust import ChainCache, Snapshot, SourceCheck

__all__ = ["validate_stage"]


def validate_stage(
    so: str, seal: Signer, snapshots: Snapshots, check: SourceCheck
) -> Stage[Snapshot, Prepared, Known, Outcome]:
    """Build the stage for one Sở; `seal` signs its receipts, `check` reads the sources of sealed transcripts."""
    topic, cache, receipts = command_topic(so), ChainCache(), Receipts(so, seal)
    versions, turns = Versions(so), Turns(receipt_topic(so).name)

    def read(connection: Connection) -> Snapshot:
        versions.read(connection)
        return snapshots.of(connection, so)

    def out_of_turn(connection: Connection, records: Sequence[Record]) -> int | None:
        if not records:
            return None
        return turns.first_out(connection, records[0].part, [answer_id_of(so, record) for record in records])

    def prepare(record: Record, snapshot: Snapshot) -> Prepared:
        return prepare_command(record, topic, versions.of(record) or snapshot, cache, check)

    def load(connection: Connection, commands: Sequence[Prepared]) -> Known:
        known = with_told(connection, so, load_known(connection, commands), commands)
        return with_basis_told(connection, so, known, commands)

    def write(connection: Connection, outcomes: Sequence[Outcome]) -> list[list[Outgoing]]:
        return [_write(connection, so, receipts, outcome) for outcome in outcomes]

    return Stage(
        name="validate",
        topics=(topic,),
        read=read,
        prepare=prepare,
        load=load,
        decide=lambda prepared, known: decide(prepared, known, so),
        write=write,
        done=lambda outcomes: _count(so, outcomes),
        out_of_turn=out_of_turn,
    )


def _write(connection: Connection, so: str, receipts: Receipts, outcome: Outcome) -> list[Outgoing]:
    """Store an outcome and return its messages; a repetition only gets its first receipt again."""
    if outcome.repeats is not None:
        school, receipt_id, receipt = receipt_of_message(connection, outcome.repeats)
        return [receipts.outgoing(school, receipt_id, value=receipt)]
    receipt_id, receipt = receipts.of_outcome(outcome)
    at = outcome.command.offset
    receipt = as_decided(connection, receipt_topic(so).name, "Receipt", receipt_id, receipt, offset=at)
    write_outcome(connection, outcome, receipt_id, receipt)
    reference = {"receipt": outcome.command.message_sha256.hex()}
    messages = [receipts.outgoing(outcome.command.school, receipt_id, reference=reference)]
    messages += told_besides(connection, so, receipts, outcome)
    return messages if outcome.closing is None else [*messages, _order(so, outcome)]


def _order(so: str, outcome: Outcome) -> Outgoing:
    command, closing, lock_id = outcome.command, outcome.closing, outcome.lock_id
    assert closing is not None
    assert lock_id is not None
    value = {
        "command_id": command.command_id,
        "lock_id": lock_id.hex(),
        "school": closing.key.school,
        "school_year": closing.key.school_year,
        "cohort": closing.key.cohort,
        "number": closing.key.number,
        "so": so,
        "appended_at_ms": int(command.at.timestamp() * 1000),
    }
    key = closing.key.school.encode()
    body = encode("LockOrder", value)
    return Outgoing(lock_command(so).name, key, "LockOrder", command.command_id, f"/so/{so}", body)


def _count(so: str, outcomes: Sequence[Outcome]) -> None:
    for outcome, answer in ((o, a) for o in outcomes for a in o.answers):
        if answer.outcome == "accepted":
            ACCEPTED.labels(so).inc()
        elif answer.outcome == "unchanged":
            UNCHANGED.labels(so).inc()
        else:
            found = answer.findings or outcome.findings
            REFUSED.labels(so, next((f.code for f in found if f.severity == "refuse"), "COMMAND_REFUSED")).inc()
