"""The school's side of Kafka: commands as records, a journal of what was sent, receipts read back."""

from hub.client.journal import Journal
from hub.client.receipts import ReadReceipt, read_receipts
from hub.client.records import command_sending, lock_request, recall, register_sending, submission_sending
from hub.client.sending import Outbound, send_all

__all__ = [
    "Journal",
    "Outbound",
    "ReadReceipt",
    "command_sending",
    "lock_request",
    "read_receipts",
    "recall",
    "register_sending",
    "send_all",
    "submission_sending",
]
