"""Receipts of acceptance at Bộ: a Sở's receipt is verified again and kept, so that Bộ proves what it has by itself."""

import hashlib

from hub.agents.stage import Record
from hub.decision.acceptance import Accepted
from hub.domain.statements import ReceiptStatement, read
from hub.errors import Refused
from hub.schemas import Message
from hub.trust import ChainCache, Snapshot, Status, instant, verify_statement

__all__ = ["read_acceptance"]


def read_acceptance(record: Record, message: Message, snapshot: Snapshot, cache: ChainCache) -> Accepted:
    """Read a receipt and verify the Sở's seal at the time that it states.

    Raises Refused ACCEPTANCE_FOREIGN, ACCEPTANCE_UNSIGNED, STATEMENT_INVALID.
    """
    value = message.value
    said = read(value["statement"], ReceiptStatement)
    at = instant(said.at)
    if said.so != value["so"] or at > record.at:
        raise Refused("ACCEPTANCE_FOREIGN")
    verdict = verify_statement(
        value["statement"], value["signature"], typ=said.type, scope={"owner": f"so-{said.so}"}, roles={"so_seal"},
        snapshot=snapshot, proven_at=at, cache=cache,
    )  # fmt: skip
    if verdict.status is Status.INVALID:
        raise Refused("ACCEPTANCE_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
    documents = tuple(bytes.fromhex(one.document_sha256) for one in said.documents if one.outcome == "accepted")
    digest = hashlib.sha256(value["statement"]).digest()
    return Accepted(said.so, digest, value["statement"], value["signature"], documents, record.at)
