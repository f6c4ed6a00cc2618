"""Ký: submissions with their signatures, as they go into a message; bytes that are sent again without signing again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from hub.domain import statements
from hub.domain.transcript import TYPE
from hub.local.population.officials import Signer
from hub.local.population.submissions import ClassSubmission
from hub.trust import jws

__all__ = [
    "Keyring",
    "SignedDocument",
    "SignedSubmission",
    "document_scope",
    "instant_text",
    "sign_chain",
    "sign_statement",
    "sign_submission",
    "statement_of",
]

Keyring = Callable[[str], jws.RawSigner]  # staff id -> the key that signs


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """Verbatim bytes and their signatures (compact JWS, in order)."""

    document: bytes
    signatures: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Hex hash that names the document."""
        return sha256(self.document).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedSubmission:
    """All that a `Submission` message carries; `statement` and `signature` are the signed command."""

    so: str
    school: str
    school_year: str
    cohort: str
    number: int
    command_id: str
    statement: bytes
    signature: str
    documents: tuple[SignedDocument, ...]


def document_scope(school: str, school_year: str, period: str) -> dict[str, str]:
    """Return `hb_scope` of a document's signatures."""
    return {"school": school, "school_year": school_year, "period": period}


def instant_text(at: datetime) -> str:
    """Return "YYYY-MM-DDTHH:MM:SSZ" of an aware time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign_chain(
    document: bytes, chain: Sequence[Signer], scope: Mapping[str, str], keyring: Keyring, iat: int
) -> SignedDocument:
    """Sign in order: subject teachers follow nobody, the homeroom teacher all of them, later ones the one before."""
    signatures: list[str] = []
    for step in chain:
        follows = _followed(step.role, signatures)
        signatures.append(
            jws.sign(keyring(step.person), document, role=step.role, scope=scope, typ=TYPE, iat=iat, follows=follows)
        )
    return SignedDocument(document, tuple(signatures))


def _followed(role: str, signatures: Sequence[str]) -> Sequence[str]:
    if role == "subject_teacher":
        return ()
    return signatures if role == "homeroom_teacher" else signatures[-1:]


def statement_of(
    submission: ClassSubmission, hashes: Sequence[str], at: datetime, command_id: str | None = None
) -> statements.Submission:
    """Return the command that hands in the documents with these hashes (hex, in message order)."""
    return statements.Submission(
        command_id=command_id or submission.command_id,
        documents=tuple(hashes),
        issued_at=instant_text(at),
        mode="each",
        round=submission.round,
        school=submission.school,
        school_year=submission.school_year,
        type="vn.hocba.submission/1",
    )


def sign_statement(statement: statements.Command, issuer: Signer, keyring: Keyring, iat: int) -> str:
    """Return the one signature of a command; it follows nobody."""
    data = statements.encode(statement)
    return jws.sign(keyring(issuer.person), data, role=issuer.role, scope=statement.scope, typ=statement.type, iat=iat)


def sign_submission(
    submission: ClassSubmission, documents: Sequence[SignedDocument], issuer: Signer, keyring: Keyring, at: datetime
) -> SignedSubmission:
    """Wrap signed documents into the signed command of `submission`."""
    statement = statement_of(submission, [d.sha256 for d in documents], at)
    return SignedSubmission(
        so=submission.so,
        school=submission.school,
        school_year=submission.school_year,
        cohort=submission.round.cohort,
        number=submission.round.number,
        command_id=submission.command_id,
        statement=statements.encode(statement),
        signature=sign_statement(statement, issuer, keyring, int(at.timestamp())),
        documents=tuple(documents),
    )
