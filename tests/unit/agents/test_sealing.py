"""Sealed submissions before the decision: one system, its seal, its sources, and what the check of them says."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.agents.preparing import prepare_command
from hub.agents.receipts import Receipts
from hub.agents.stage import Record
from hub.client.records import submission_sending
from hub.decision import Known, Prepared, decide
from hub.domain.findings import Finding, finding
from hub.domain.statements import ReceiptStatement, Submission, encode, read
from hub.errors import Unavailable
from hub.schemas import decode
from hub.trust import ChainCache, Entry, Origin, SealedItem, sign
from tests.unit.agents.world import AT, SO, TOPIC, Desk, codes_of, record_of, scope_of, transcript_of, with_value
from tests.unit.domain.builders import document_of
from tests.unit.trust.trust_world import World, an_entry

SOURCE, OTHER_SOURCE = b'{"type":"vn.hocba.extract/1"}', b"another source"


def sha_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def a_system(system: str = "so-lieu", **changes: Any) -> Entry:
    said = {"format": "extract", "grade": "attested", "mapping": "so-lieu", "so": SO}
    return an_entry("source_system", system, said | changes)


A_PAPER = an_entry("source_system", "giay", {"format": "scan", "grade": "legacy_evidence", "so": SO})


def an_origin(source: bytes = SOURCE, **changes: Any) -> Origin:
    said = {
        "grade": "attested", "mapping": "so-lieu/1", "mapping_sha256": "ab" * 32, "source_sha256": sha_of(source),
        "system": "so-lieu",
    }  # fmt: skip
    return Origin(**said | changes)


@dataclass
class Checking:
    """Stands for the reader of sources: notes what it was asked, and says of each item what `says` says."""

    says: Callable[[SealedItem], tuple[Finding, ...]] = lambda _: ()
    asked: list[SealedItem] = field(default_factory=list)

    def __call__(self, items: Sequence[SealedItem]) -> list[tuple[Finding, ...]]:
        self.asked += items
        return [self.says(item) for item in items]


@dataclass
class Sealer:
    """A Sở that seals what came from its system of record."""

    world: World
    check: Checking = field(default_factory=Checking)

    def document(self, n: int = 0, source: bytes = SOURCE, **changes: Any) -> tuple[bytes, tuple[str, ...]]:
        data = document_of(transcript_of(n))
        fields = {"who": "so", "role": "so_seal", "origin": an_origin(source)} | changes
        return data, (self.world.sign_as(payload=data, **fields),)

    def submission(
        self, *documents: Any, sources: Sequence[bytes] = (SOURCE,), who: str = "so", role: str = "so_seal",
        **changes: Any,
    ) -> Record:  # fmt: skip
        plain = Desk(self.world).submission(*documents)
        value = decode(plain.value, TOPIC.messages).value
        said: dict[str, Any] = {"sources": tuple(map(sha_of, sources))} if sources else {}
        statement = with_fields(read(value["statement"], Submission), **said | changes)
        data = encode(statement)
        signature = sign(
            self.world.issued[who].signer, data, role=role, scope=scope_of(statement), typ=statement.type,
            iat=int(AT.timestamp()),
        )  # fmt: skip
        return record_of(
            submission_sending(
                SO, statement.school, statement.command_id, data, signature, documents, list(sources)
            )
        )  # fmt: skip

    def prepared(self, record: Record) -> Prepared:
        return prepare_command(record, TOPIC, self.world.snapshot(), ChainCache(), self.check)


@pytest.fixture
def sealer(world: World) -> Sealer:
    return Sealer(world.with_(a_system(), A_PAPER))


def told(prepared: Prepared) -> list[list[str]]:
    return [[f.code for f in document.findings] for document in prepared.documents]


def test_check_is_told_whether_the_trust_policy_takes_rs256_at_the_time_of_deposit(world: World) -> None:
    """Until the last day that it names, and not where it does not name the algorithm at all."""
    taking = world.pki.trust_policy_payload(registrars=[world.issued["officer"].sha256], rs256_until=f"{AT:%Y-%m-%d}")
    ended = taking | {"algorithms": [one for one in taking["algorithms"] if one["alg"] != "RS256"]}
    for payload, allowed in ((taking, True), (ended, False)):
        there = Sealer(world.with_(a_system(), an_entry("trust_policy", "policy", payload, version=2)))
        there.prepared(there.submission(there.document()))
        assert [item.allows_rs256 for item in there.check.asked] == [allowed]


def test_sealed_submission_stands_with_grade_and_sources(sealer: Sealer) -> None:
    """The check is given document, origin, system and source just as they came."""
    prepared = sealer.prepared(sealer.submission(sealer.document(0), sealer.document(1)))
    assert (prepared.stands, codes_of(prepared), told(prepared)) == (True, [], [[], []])
    assert [(d.evidence, d.source_sha256) for d in prepared.documents] == [
        ("attested", bytes.fromhex(sha_of(SOURCE)))
    ] * 2
    assert prepared.sources == {bytes.fromhex(sha_of(SOURCE)): SOURCE}
    assert prepared.signer == f"so_seal so-{SO}"
    first = sealer.check.asked[0]
    assert (first.document, first.source, first.origin, first.at) == (
        document_of(transcript_of(0)),
        SOURCE,
        an_origin(),
        AT,
    )
    assert (first.system.system, first.system.grade, first.signers) == ("so-lieu", "attested", ())


def test_signed_source_is_checked_against_the_pinned_certificates(sealer: Sealer) -> None:
    """Their DER stand in the register; the check gets them, not their hashes."""
    pinned = sealer.world.issued["officer"]
    system = a_system("ho-so", format="xades", grade="derived", mapping="ho-so", signers=[pinned.sha256.hex()])
    there = Sealer(sealer.world.with_(system))
    origin = an_origin(grade="derived", mapping="ho-so/3", system="ho-so")
    document = there.document(who="system", role="system_seal", origin=origin)
    prepared = there.prepared(there.submission(document, who="system", role="system_seal"))
    assert (prepared.stands, told(prepared)) == (True, [[]])
    assert (prepared.documents[0].evidence, prepared.signer) == ("derived", f"system_seal so-{SO}")
    assert there.check.asked[0].signers == (pinned.der,)


def test_document_that_its_source_does_not_bear_out_is_refused_alone(sealer: Sealer) -> None:
    """Good ones are accepted beside it."""
    second = document_of(transcript_of(1))
    sealer.check.says = lambda item: (finding("SUPERSEDES_UNKNOWN"),) if item.document == second else ()
    prepared = sealer.prepared(sealer.submission(sealer.document(0), sealer.document(1)))
    assert prepared.stands
    assert told(prepared) == [[], ["SUPERSEDES_UNKNOWN"]]
    assert [(d.record is None, d.evidence, d.source_sha256 is None) for d in prepared.documents] == [
        (False, "attested", False), (True, "attested", True),
    ]  # fmt: skip


def test_document_that_is_refused_anyway_is_not_checked(sealer: Sealer) -> None:
    """A reader of strangers' formats is asked for nothing in vain."""
    wrong = sealer.document(0, origin=an_origin(mapping="other/1"))
    prepared = sealer.prepared(sealer.submission(wrong))
    assert (told(prepared), sealer.check.asked) == ([["SEAL_MAPPING_WRONG"]], [])


def test_sealed_submission_waits_where_sources_cannot_be_read(sealer: Sealer) -> None:
    """The world's fault is no answer."""
    record = sealer.submission(sealer.document())
    with pytest.raises(Unavailable) as waits:
        prepare_command(record, TOPIC, sealer.world.snapshot(), ChainCache())
    assert waits.value.code == "SOURCE_READER_ABSENT"


def test_document_whose_source_did_not_come_is_refused(sealer: Sealer) -> None:
    """The others stand; their source came."""
    documents = sealer.document(0), sealer.document(1, OTHER_SOURCE)
    prepared = sealer.prepared(sealer.submission(*documents))
    assert prepared.stands
    assert told(prepared) == [[], ["SOURCE_MISSING"]]
    assert [item.document for item in sealer.check.asked] == [documents[0][0]]


@pytest.mark.parametrize("sources", [(SOURCE, OTHER_SOURCE), (SOURCE, SOURCE)])
def test_source_that_nobody_asked_for_refuses_the_submission(sealer: Sealer, sources: Sequence[bytes]) -> None:
    """Nothing is deposited that no transcript rests on."""
    prepared = sealer.prepared(sealer.submission(sealer.document(), sources=sources))
    assert (prepared.stands, codes_of(prepared)) == (False, ["SOURCE_UNASKED"])


def test_native_submission_brings_no_source(sealer: Sealer) -> None:
    """What persons signed rests on them."""
    documents = [Desk(sealer.world).document()]
    record = sealer.submission(*documents, who="principal", role="principal")
    assert codes_of(sealer.prepared(record)) == ["SOURCE_UNASKED"]
    assert sealer.prepared(sealer.submission(*documents, who="principal", role="principal", sources=())).stands


def test_sources_are_those_that_the_statement_names(sealer: Sealer) -> None:
    """Their hashes, in order: whoever carries the message changes none."""
    record = sealer.submission(sealer.document())
    for sources in ([], [OTHER_SOURCE], [SOURCE, OTHER_SOURCE]):
        prepared = sealer.prepared(with_value(record, sources=sources))
        assert (prepared.stands, codes_of(prepared)) == (False, ["SOURCE_LIST_DIFFERS"])


@pytest.mark.parametrize(
    ("who", "role"), [("principal", "principal"), ("seal", "school_seal"), ("system", "system_seal")]
)
def test_sealed_submission_is_signed_by_its_own_seal(sealer: Sealer, who: str, role: str) -> None:
    """No school speaks for what it did not sign, and no other seal."""
    prepared = sealer.prepared(sealer.submission(sealer.document(), who=who, role=role))
    assert (prepared.stands, codes_of(prepared), prepared.signatory) == (False, ["SUBMISSION_SEAL_WRONG"], None)


def test_native_submission_is_signed_by_the_school(sealer: Sealer) -> None:
    """A seal of the Sở carries nothing that persons signed."""
    record = sealer.submission(Desk(sealer.world).document(), sources=())
    assert codes_of(sealer.prepared(record)) == ["SIGNER_ROLE_NOT_ALLOWED"]


def test_submission_is_all_native_or_all_of_one_system(sealer: Sealer) -> None:
    """Mixed ones are refused whole, whoever signed them."""
    paper = Origin(grade="legacy_evidence", source_sha256=sha_of(OTHER_SOURCE), system="giay")
    for other, sources in (
        (Desk(sealer.world).document(transcript_of(1)), (SOURCE,)),
        (sealer.document(1, origin=paper), (SOURCE, OTHER_SOURCE)),
    ):
        for who, role in (("so", "so_seal"), ("principal", "principal")):
            record = sealer.submission(sealer.document(0), other, who=who, role=role, sources=sources)
            prepared = sealer.prepared(record)
            assert (prepared.stands, codes_of(prepared)) == (False, ["SUBMISSION_SEAL_WRONG"])


def test_submission_of_a_system_that_the_register_does_not_give_this_so_is_refused(
    sealer: Sealer, world: World
) -> None:
    """The register of this Sở says for which systems it seals."""
    record = sealer.submission(sealer.document())
    assert codes_of(Sealer(world).prepared(record)) == ["SEAL_SYSTEM_UNKNOWN"]
    assert codes_of(Sealer(world.with_(a_system(so="tien-giang"))).prepared(record)) == ["SUBMISSION_SEAL_WRONG"]


def test_seal_that_is_no_seal_of_the_so_is_refused(sealer: Sealer) -> None:
    """The role in the header is only a claim."""
    prepared = sealer.prepared(sealer.submission(sealer.document(), who="officer", role="so_seal"))
    assert codes_of(prepared) == ["SIGNER_ROLE_WRONG"]


def test_sealed_submission_that_is_older_than_a_day_is_refused(sealer: Sealer) -> None:
    """A seal has no more time than a principal."""
    late = replace(sealer.submission(sealer.document()), at=AT + timedelta(hours=25))
    assert codes_of(sealer.prepared(late)) == ["COMMAND_TOO_OLD"]


def test_document_with_a_signature_beside_its_seal_is_refused_alone(sealer: Sealer) -> None:
    """Its own signatures are at fault; the others stand."""
    data, (sealed,) = sealer.document(1)
    prepared = sealer.prepared(sealer.submission(sealer.document(0), (data, (sealed, sealed))))
    assert (prepared.stands, told(prepared)) == (True, [[], ["SEAL_NOT_ALONE"]])


def test_receipt_names_the_grade_of_each_transcript_that_is_not_native(sealer: Sealer) -> None:
    """What is not said otherwise is native; what is refused has no grade."""
    second = document_of(transcript_of(1))
    sealer.check.says = lambda item: (finding("SUPERSEDES_UNKNOWN"),) if item.document == second else ()
    said = _receipt(sealer, sealer.submission(sealer.document(0), sealer.document(1)))
    assert [(d.outcome, d.evidence) for d in said.documents] == [("accepted", "attested"), ("refused", UNSET)]
    native = _receipt(sealer, Desk(sealer.world).submission(Desk(sealer.world).document()))
    assert b'"evidence"' not in encode(native)


def _receipt(sealer: Sealer, record: Record) -> ReceiptStatement:
    outcome, _ = decide(sealer.prepared(record), Known(), SO)
    _, message = Receipts(SO, sealer.world.issued["so"].signer).of_outcome(outcome)
    return read(decode(message, ("Receipt",)).value["statement"], ReceiptStatement)
