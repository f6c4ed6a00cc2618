"""The school's side: batches from files, signatures, commands as records, a journal of what was sent, receipts read
back, and what anyone may look up.
"""

from hub.client.asking import (
    find_request,
    locked_documents,
    named_transcripts,
    round_number_in_receipts,
    round_number_of,
    severities_of,
)
from hub.client.batch import Batch, BatchDocument, Sealed, is_batch, load_batch
from hub.client.changing import changed_document, read_changes, value_at
from hub.client.commands import SentCommand, commands_at_broker, commands_in_journal
from hub.client.correcting import Correcting, Difference, bases_of_files, correct, prepare_correction
from hub.client.correction_items import evidence_sha256, items_of, one_item
from hub.client.corrections import AskedCorrection
from hub.client.forks import KeptFork, fork_file, kept_forks
from hub.client.grouping import Group, Grouping
from hub.client.history import History, Version, find_by_locator, find_by_student, marks_of
from hub.client.journal import Journal
from hub.client.judging import Context, JudgedRow, Verdict, judge_document
from hub.client.lag import lag_of
from hub.client.lag_report import OrganisationLag
from hub.client.lock_set import LockSet, command_ids_of, lock_set
from hub.client.papers import Paper, read_paper
from hub.client.planning import Mode, Planned, plan_submissions
from hub.client.preparing import PreparedBatch, Rounds, prepare_batch
from hub.client.publishing import (
    closing_entry,
    extension_entry,
    opening_entry,
    publish_entry,
    signed_entry,
    until_registered,
)
from hub.client.receipts import ReadReceipt, next_receipts, read_receipts, receipt_ends, verify_receipt
from hub.client.records import command_sending, instant, lock_request, recall, register_sending, submission_sending
from hub.client.register import school_of, snapshot_of
from hub.client.rows import judge_file, unreadable_file
from hub.client.sealing import seal_batch
from hub.client.sending import Outbound, send_all
from hub.client.signing_batch import missing_roles, roles_of, sign_batch
from hub.client.so_lock import SignedAct, act_outbounds, agree_to_act, lock_act, read_act, sign_act, write_act
from hub.client.status import OrganisationStatus, Source, bo_source, so_source, status_of
from hub.client.submitting import kept_outbounds, outbound_of, retire_submissions, sign_submissions
from hub.client.told import told_of
from hub.client.unreported import read_unreported, read_unreported_of_schools
from hub.client.years import YearProof, conclusion_of, prove_years
from hub.store.bundling import BundleFile, make_bundle, make_bundle_at_bo, pupils_of_locator, pupils_of_student

__all__ = [
    "AskedCorrection",
    "Batch",
    "BatchDocument",
    "BundleFile",
    "Context",
    "Correcting",
    "Difference",
    "Group",
    "Grouping",
    "History",
    "Journal",
    "JudgedRow",
    "KeptFork",
    "LockSet",
    "Mode",
    "OrganisationLag",
    "OrganisationStatus",
    "Outbound",
    "Paper",
    "Planned",
    "PreparedBatch",
    "ReadReceipt",
    "Rounds",
    "Sealed",
    "SentCommand",
    "SignedAct",
    "Source",
    "Verdict",
    "Version",
    "YearProof",
    "act_outbounds",
    "agree_to_act",
    "bases_of_files",
    "bo_source",
    "changed_document",
    "closing_entry",
    "command_ids_of",
    "command_sending",
    "commands_at_broker",
    "commands_in_journal",
    "conclusion_of",
    "correct",
    "evidence_sha256",
    "extension_entry",
    "find_by_locator",
    "find_by_student",
    "find_request",
    "fork_file",
    "instant",
    "is_batch",
    "items_of",
    "judge_document",
    "judge_file",
    "kept_forks",
    "kept_outbounds",
    "lag_of",
    "load_batch",
    "lock_act",
    "lock_request",
    "lock_set",
    "locked_documents",
    "make_bundle",
    "make_bundle_at_bo",
    "marks_of",
    "missing_roles",
    "named_transcripts",
    "next_receipts",
    "one_item",
    "opening_entry",
    "outbound_of",
    "plan_submissions",
    "prepare_batch",
    "prepare_correction",
    "prove_years",
    "publish_entry",
    "pupils_of_locator",
    "pupils_of_student",
    "read_act",
    "read_changes",
    "read_paper",
    "read_receipts",
    "read_unreported",
    "read_unreported_of_schools",
    "recall",
    "receipt_ends",
    "register_sending",
    "retire_submissions",
    "roles_of",
    "round_number_in_receipts",
    "round_number_of",
    "school_of",
    "seal_batch",
    "send_all",
    "severities_of",
    "sign_act",
    "sign_batch",
    "sign_submissions",
    "signed_entry",
    "snapshot_of",
    "so_source",
    "status_of",
    "submission_sending",
    "told_of",
    "unreadable_file",
    "until_registered",
    "value_at",
    "verify_receipt",
    "write_act",
]
