"""Proof without trust in us: signatures, certificates at a time, Merkle trees, checkpoints. Pure: no I/O, no clock.

Every check ends in `valid`, `invalid` or `unknown`, or is a plain true or false; a fault carries a catalogue code.
"""

from hub.trust import base64url
from hub.trust.algorithms import (
    ALGORITHMS,
    ECDSA_SHA256,
    PKCS1_PADDING,
    PSS_PADDING,
    SHA256_HASH,
    PublicKey,
    check_signature,
    is_strong,
)
from hub.trust.canonical import BYTE_COUNT_MAX, canonical, parse
from hub.trust.certificates import CertificateFacts, ChainCache, facts_of, judge_certificate, judge_facts
from hub.trust.chain import ROLES, SIGNATURE_COUNT_MAX, verify_document
from hub.trust.checkpoint import (
    CHECKPOINT_TYPE,
    COSIGNER,
    Checkpoint,
    cosign,
    log_origin,
    sign_checkpoint,
    verify_checkpoint,
    verify_cosignature,
)
from hub.trust.decisions import check_weakening
from hub.trust.der import certificate_of, decode_base64, encode_base64, fingerprint
from hub.trust.entry import Entry
from hub.trust.entry_check import check_entry
from hub.trust.entry_signature import verify_entry
from hub.trust.jws import CRITICAL, CRITICAL_SEALED, Header, Parsed, RawSigner, hash_of, read, sign, verify
from hub.trust.leaf import Leaf, envelope_sha256, leaf_bytes, leaf_of, manifest_root, parse_leaf, salt_of
from hub.trust.lock_policy import LOCK_POLICY_DEFAULT, LockPolicy
from hub.trust.log_closing import LogClosing, check_closing_stands, log_closing_of
from hub.trust.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from hub.trust.note import COSIGNATURE, ED25519, NoteKey, NoteSignature, NoteSigner, split_note
from hub.trust.origin import GRADES, Grade, Origin, SealedGrade
from hub.trust.placing import check_placing, succession_facts
from hub.trust.policy import LogKey, TrustPolicy
from hub.trust.register import Holding, Snapshot
from hub.trust.revocation import Revocation
from hub.trust.roster import RosterPart, roster_id
from hub.trust.round_opening import round_opening_id
from hub.trust.school import RegisteredSchool
from hub.trust.sealed import grade_of, origin_of
from hub.trust.sealing_box import BoxLabel, open_box, seal_box
from hub.trust.signature import CLOCK_SKEW_MAX, COMMAND_AGE_MAX
from hub.trust.source import SealedItem, SourceCheck, SourceFormat, SourceSystem
from hub.trust.statement import judge_revocation, verify_statement
from hub.trust.times import instant
from hub.trust.timestamp import (
    TOKEN_BYTE_COUNT_MAX,
    TimeStamp,
    TimestampResponse,
    judge_timestamp,
    token_of,
    verify_timestamp,
)
from hub.trust.verdict import CertificateVerdict, Signatory, Status, Verdict

__all__ = [
    "ALGORITHMS",
    "BYTE_COUNT_MAX",
    "CHECKPOINT_TYPE",
    "CLOCK_SKEW_MAX",
    "COMMAND_AGE_MAX",
    "COSIGNATURE",
    "COSIGNER",
    "CRITICAL",
    "CRITICAL_SEALED",
    "ECDSA_SHA256",
    "ED25519",
    "EMPTY_ROOT",
    "GRADES",
    "LOCK_POLICY_DEFAULT",
    "PKCS1_PADDING",
    "PSS_PADDING",
    "ROLES",
    "SHA256_HASH",
    "SIGNATURE_COUNT_MAX",
    "TOKEN_BYTE_COUNT_MAX",
    "BoxLabel",
    "CertificateFacts",
    "CertificateVerdict",
    "ChainCache",
    "Checkpoint",
    "Entry",
    "Frontier",
    "Grade",
    "Header",
    "Holding",
    "Leaf",
    "LockPolicy",
    "LogClosing",
    "LogKey",
    "NoteKey",
    "NoteSignature",
    "NoteSigner",
    "Origin",
    "Parsed",
    "PublicKey",
    "RawSigner",
    "RegisteredSchool",
    "Revocation",
    "RosterPart",
    "SealedGrade",
    "SealedItem",
    "Signatory",
    "Snapshot",
    "SourceCheck",
    "SourceFormat",
    "SourceSystem",
    "Status",
    "TimeStamp",
    "TimestampResponse",
    "Tree",
    "TrustPolicy",
    "Verdict",
    "base64url",
    "canonical",
    "certificate_of",
    "check_closing_stands",
    "check_entry",
    "check_placing",
    "check_signature",
    "check_weakening",
    "consistency_proof",
    "cosign",
    "decode_base64",
    "encode_base64",
    "envelope_sha256",
    "facts_of",
    "fingerprint",
    "grade_of",
    "hash_of",
    "inclusion_proof",
    "instant",
    "is_strong",
    "judge_certificate",
    "judge_facts",
    "judge_revocation",
    "judge_timestamp",
    "leaf_bytes",
    "leaf_hash",
    "leaf_of",
    "log_closing_of",
    "log_origin",
    "manifest_root",
    "open_box",
    "origin_of",
    "parse",
    "parse_leaf",
    "read",
    "root",
    "roster_id",
    "round_opening_id",
    "salt_of",
    "seal_box",
    "sign",
    "sign_checkpoint",
    "split_note",
    "succession_facts",
    "token_of",
    "verify",
    "verify_checkpoint",
    "verify_consistency",
    "verify_cosignature",
    "verify_document",
    "verify_entry",
    "verify_inclusion",
    "verify_statement",
    "verify_timestamp",
]
