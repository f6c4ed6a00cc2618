"""Hồ sơ niêm phong: what is wrong with a submission of sealed transcripts, or with the sources that came with it."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SEAL = "Quy ước của hub: mức chứng cứ theo chữ ký (docs/adr/0028)"
_SOURCE = "Quy ước của hub: tài liệu nguồn nộp kèm từng byte (docs/adr/0029)"
_AGAIN = (
    "Niêm phong lại lô hồ sơ bằng `hub seal` rồi gửi lại.",
    "Seal the batch again with `hub seal`, and send again.",
)


def _refusal(code: str, source: str, vi: str, en: str, after: tuple[str, str]) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, source, vi, en, *after)


ENTRIES = (
    _refusal(
        "SUBMISSION_SEAL_WRONG",
        _SEAL,
        "Một lần gửi hồ sơ niêm phong phải thuộc trọn một hệ thống nguồn của Sở và do chính dấu đó ký ({reason}).",
        "A submission of sealed transcripts is all of one source system of the Sở, and signed by that seal ({reason}).",
        _AGAIN,
    ),
    _refusal(
        "SOURCE_LIST_DIFFERS",
        _SOURCE,
        "Danh sách mã băm tài liệu nguồn trong lệnh không khớp với các tài liệu gửi kèm.",
        "The hashes of sources in the statement are not those of the sources that came with it.",
        _AGAIN,
    ),
    _refusal(
        "SOURCE_MISSING",
        _SOURCE,
        "Thiếu tài liệu nguồn {source} mà dấu của học bạ này ghi.",
        "The source {source}, which this transcript's seal names, did not come with it.",
        _AGAIN,
    ),
    _refusal(
        "SOURCE_UNASKED",
        _SOURCE,
        "Tài liệu nguồn {source} gửi kèm mà không học bạ nào dựa vào, hoặc gửi hai lần.",
        "The source {source} came, but no transcript rests on it, or it came twice.",
        _AGAIN,
    ),
    Entry(
        "SOURCE_READER_ABSENT",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _SOURCE,
        "Tiến trình này không đọc được tài liệu nguồn; hồ sơ niêm phong chờ.",
        "This process has no reader of sources; sealed transcripts wait.",
        "Chạy tiến trình thẩm tra bằng `hub worker`.",
        "Run the stage with `hub worker`.",
    ),
    _refusal(
        "EVIDENCE_WEAKER",
        _SEAL,
        "Bản đang có hiệu lực có mức chứng cứ {stands}; bản mức {found} không thay được.",
        "What stands has the grade {stands}; a version of grade {found} does not take its place.",
        (
            "Nhà trường thu hồi bản đang có hiệu lực, hoặc gửi bản được ký tại đây.",
            "The school recalls what stands, or sends a version that is signed here.",
        ),
    ),
    _refusal(
        "EVIDENCE_NOT_LIFTED",
        _SEAL,
        "Cùng nội dung này đang có hiệu lực ở mức chứng cứ {stands}; chữ ký mới không nâng mức của bản đã nhận.",
        "The same bytes stand with the grade {stands}; new signatures do not lift what was accepted.",
        (
            "Ghi mã băm {current} vào trường supersedes, ký bản mới và gửi lại.",
            "Put {current} into supersedes, sign that version, and send again.",
        ),
    ),
)
