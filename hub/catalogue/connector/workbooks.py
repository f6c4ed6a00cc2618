"""Codes of connectors that read workbooks out of folders."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["WORKBOOKS"]

_SOURCE = "Hợp đồng kết nối của hub"

WORKBOOKS: tuple[Entry, ...] = (
    Entry(
        "PUPIL_LIST_NOT_BESIDE",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _SOURCE,
        "Cạnh tệp này không có danh sách học sinh {file}, nên không biết học sinh là ai.",
        "There is no pupil list {file} beside this file, so who the pupils are is not known.",
        "Đặt tệp {file} của năm học vào cùng thư mục; hub đọc lại cả hai, không cần gửi lại tệp này.",
        "Put {file} of the school year into the same folder; the hub reads both again, this file need not come anew.",
    ),
    Entry(
        "FILE_NOT_FOR_SIGNING",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _SOURCE,
        "Tệp này không nói đủ để lập học bạ, nên các hàng của nó chỉ được kiểm tra, không được gửi để ký.",
        "This file does not say all that a transcript needs, so its rows are only checked and not sent for signing.",
        "Xem các lời báo của tệp; dùng mẫu có đủ cột, hoặc dạng JSON Lines (tệp .jsonl).",
        "See what is told about the file; use a template with all columns, or the JSON Lines form (.jsonl).",
    ),
)
