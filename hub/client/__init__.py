"""The school's side: batches from files, signatures, commands as records, a journal of what was sent, receipts read
back, and what anyone may look up.
"""

from hub.client.batch import Batch, BatchDocument, is_batch, load_batch
from hub.client.bundling import BundleFile, make_bundle, pupils_of_locator, pupils_of_student
from hub.client.commands import SentCommand, commands_at_broker, commands_in_journal
from hub.client.grouping import Group, Grouping
from hub.client.history import History, Version, find_by_locator, find_by_student, marks_of
from hub.client.journal import Journal
from hub.client.judging import Context, JudgedRow, Verdict, judge_document
from hub.client.lag import lag_of
from hub.client.lag_report import OrganisationLag
from hub.client.lock_set import LockSet, command_ids_of, lock_set
from hub.client.preparing import PreparedBatch, Rounds, prepare_batch
from hub.client.receipts import ReadReceipt, next_receipts, read_receipts, receipt_ends, verify_receipt
from hub.client.records import command_sending, instant, lock_request, recall, register_sending, submission_sending
from hub.client.register import school_of, snapshot_of
from hub.client.rows import judge_file, unreadable_file
from hub.client.sending import Outbound, send_all
from hub.client.signing_batch import missing_roles, roles_of, sign_batch
from hub.client.status import OrganisationStatus, Source, bo_source, so_source, status_of
from hub.client.submitting import Mode, Planned, outbound_of, plan_submissions
from hub.client.unreported import read_unreported

__all__ = [
    "Batch",
    "BatchDocument",
    "BundleFile",
    "Context",
    "Group",
    "Grouping",
    "History",
    "Journal",
    "JudgedRow",
    "LockSet",
    "Mode",
    "OrganisationLag",
    "OrganisationStatus",
    "Outbound",
    "Planned",
    "PreparedBatch",
    "ReadReceipt",
    "Rounds",
    "SentCommand",
    "Source",
    "Verdict",
    "Version",
    "bo_source",
    "command_ids_of",
    "command_sending",
    "commands_at_broker",
    "commands_in_journal",
    "find_by_locator",
    "find_by_student",
    "instant",
    "is_batch",
    "judge_document",
    "judge_file",
    "lag_of",
    "load_batch",
    "lock_request",
    "lock_set",
    "make_bundle",
    "marks_of",
    "missing_roles",
    "next_receipts",
    "outbound_of",
    "plan_submissions",
    "prepare_batch",
    "pupils_of_locator",
    "pupils_of_student",
    "read_receipts",
    "read_unreported",
    "recall",
    "receipt_ends",
    "register_sending",
    "roles_of",
    "school_of",
    "send_all",
    "sign_batch",
    "snapshot_of",
    "so_source",
    "status_of",
    "submission_sending",
    "unreadable_file",
    "verify_receipt",
]
