"""What a check of an evidence file finds, and why a file cannot be made yet."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_FORM = "Quy ước của hub: tệp bằng chứng (docs/evidence.md)"
_PROOF = "Quy ước của hub: bản kê chốt và nhật ký (RFC 9162, C2SP tlog-checkpoint)"
_TRUST = "Quy ước của hub: nguồn tin cậy được trao tay và so bằng mắt (ADR 0007)"
_ORIGIN = "Quy ước của hub: mức chứng cứ và tài liệu nguồn (ADR 0028, ADR 0029)"
_GRADE_VI, _GRADE_EN = (
    "Xem tài liệu nguồn trong tệp khi cần biết điều gì đã được ký.",
    "Look at the source in the file where it matters what was signed.",
)
_ASK_VI, _ASK_EN = (
    "Không dùng tệp này; xin cơ quan đã cấp một tệp mới.",
    "Do not rely on this file; ask who issued it for a new one.",
)
_ROOTS_VI, _ROOTS_EN = (
    "Chỉ đúng tệp nguồn tin cậy bằng --roots, lấy từ cơ quan mà bạn tin.",
    "Name the right roots of trust with --roots, from a body that you trust.",
)


def _wrong(code: str, ground: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, ground, vi, en, _ASK_VI, _ASK_EN)


def _means(code: str, vi: str, en: str) -> Entry:
    """Say what a grade of evidence means; it is a fact about the record, no doubt about the proof."""
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _ORIGIN, vi, en, _GRADE_VI, _GRADE_EN)


def _roots(code: str, severity: Severity, vi: str, en: str) -> Entry:
    return Entry(code, severity, Certainty.CONTRACT, _TRUST, vi, en, _ROOTS_VI, _ROOTS_EN)


_READING = (
    _wrong(
        "BUNDLE_SHAPE",
        _FORM,
        "Tệp không có dạng của tệp bằng chứng ({reason}).",
        "The file has not the shape of evidence ({reason}).",
    ),
    _wrong(
        "BUNDLE_DIGEST_DIFFERS",
        _FORM,
        "Nội dung tệp đã bị thay đổi: mã băm của tệp không khớp.",
        "The file was changed: its digest is not that of its content.",
    ),
    _wrong(
        "BUNDLE_STATUS_FOREIGN",
        _FORM,
        "Tệp trạng thái thuộc về một Sở khác ({so}).",
        "The status file is another Sở's ({so}).",
    ),
)
_REGISTER = (
    _roots(
        "BUNDLE_ROOTS_MISSING",
        Severity.WARN,
        "Chưa cho biết tin ai: không có chứng thư của người đăng ký thuộc Sở này.",
        "Nobody is trusted yet: no certificate of a registrar of this Sở was given.",
    ),
    _roots(
        "BUNDLE_ROOT_FOREIGN",
        Severity.REFUSE,
        "Chính sách tin cậy trong tệp nêu một chứng thư gốc mà bạn không tin.",
        "The trust policy in the file names a root certificate that you do not trust.",
    ),
    _roots(
        "BUNDLE_KEY_FOREIGN",
        Severity.REFUSE,
        "Chính sách tin cậy trong tệp nêu khoá nhật ký khác với khoá bạn tin ({origin}).",
        "The trust policy in the file names another log key than you trust ({origin}).",
    ),
    _roots(
        "BUNDLE_REGISTRAR_UNKNOWN",
        Severity.REFUSE,
        "Một mục đăng ký trong tệp không do người mà bạn tin ký.",
        "A register entry in the file is not signed by anyone whom you trust.",
    ),
    _wrong(
        "BUNDLE_REGISTER_WRONG",
        _FORM,
        "Một mục đăng ký trong tệp không đọc được hoặc của Sở khác.",
        "A register entry in the file cannot be read, or is another Sở's.",
    ),
)
_DOCUMENT = (
    _wrong(
        "BUNDLE_LEAF_DIFFERS",
        _PROOF,
        "Học bạ không khớp với lá bằng chứng ({what}).",
        "The transcript is not the one of the leaf ({what}).",
    ),
    _wrong(
        "BUNDLE_RECEIPT_DIFFERS",
        _PROOF,
        "Biên nhận của Sở không nói rằng học bạ này đã được tiếp nhận.",
        "Sở's receipt does not say that this transcript was accepted.",
    ),
)
_PLACE = (
    _wrong(
        "BUNDLE_MANIFEST_DIFFERS",
        _PROOF,
        "Bản kê chốt không nói về học bạ này ({what}).",
        "The manifest is not about this transcript ({what}).",
    ),
    _wrong(
        "BUNDLE_NOT_IN_MANIFEST",
        _PROOF,
        "Lá bằng chứng không nằm trong bản kê chốt.",
        "The leaf does not stand in the manifest.",
    ),
    _wrong(
        "BUNDLE_NOT_IN_LOG",
        _PROOF,
        "Bản kê chốt không nằm trong nhật ký của Sở.",
        "The manifest does not stand in the Sở's log.",
    ),
    _wrong(
        "BUNDLE_CHECKPOINT_FOREIGN", _PROOF, "Điểm kiểm thuộc về một nhật ký khác.", "The checkpoint is of another log."
    ),
    _wrong(
        "BUNDLE_INGEST_DIFFERS",
        _PROOF,
        "Biên nhận của Bộ không nói rằng đợt chốt này đã được tiếp nhận.",
        "Bộ's receipt does not say that this lock was ingested.",
    ),
    _wrong(
        "BUNDLE_LATER_FOREIGN",
        _PROOF,
        "Lá bằng chứng về sau không nối tiếp học bạ này.",
        "A later leaf does not follow this transcript.",
    ),
)
_SOURCE = (
    Entry(
        "BUNDLE_SOURCE_MISSING",
        Severity.WARN,
        Certainty.CONTRACT,
        _ORIGIN,
        "Học bạ này dựa trên một tài liệu nguồn do Sở giữ mà tệp không kèm; nội dung học bạ vì thế chưa được đối chiếu với nguồn.",
        "This transcript rests on a source that its Sở keeps and the file does not have: nobody has compared the two.",
        "Xin Sở đã khoá học bạ này tệp bằng chứng có kèm tài liệu nguồn; Bộ không giữ tài liệu nguồn.",
        "Ask the Sở that locked it for the file with its source; Bộ has no sources.",
    ),
    _wrong(
        "BUNDLE_SOURCE_DIFFERS",
        _ORIGIN,
        "Tài liệu nguồn trong tệp không phải tài liệu mà dấu của Sở nêu.",
        "The source document in the file is not the one that Sở's seal names.",
    ),
    _wrong(
        "BUNDLE_SOURCE_UNASKED",
        _ORIGIN,
        "Học bạ này do trường ký tại đây và không dựa trên tài liệu nguồn nào, nhưng tệp lại kèm một tài liệu.",
        "The school signed this transcript here and it rests on no source document, yet the file has one.",
    ),
    Entry(
        "BUNDLE_SOURCE_UNJUDGED",
        Severity.WARN,
        Certainty.CONTRACT,
        _ORIGIN,
        "Tài liệu nguồn đúng mã băm, nhưng nội dung chưa được đối chiếu với học bạ.",
        "The source document has the right hash, but nobody has compared what it says with the transcript.",
        "Chạy hub verify: lệnh này đọc tài liệu nguồn và chạy lại quy tắc ánh xạ.",
        "Run hub verify, which reads the source and runs the mapping again.",
    ),
    _means(
        "BUNDLE_DERIVED",
        "Bản phái sinh: cái được ký là tài liệu nguồn của hệ thống {system}; học bạ này được suy ra từ đó bằng quy tắc {mapping} "
        "và đóng dấu của hệ thống tại Sở. Giáo viên, hiệu trưởng và trường không ký học bạ này.",
        "Derived: what was signed is the source document of the system {system}; this transcript was worked out from it by the "
        "mapping {mapping} and sealed by the system's seal at the Sở. No teacher, principal or school signed this transcript.",
    ),
    _means(
        "BUNDLE_ATTESTED",
        "Bản do Sở xác nhận: dữ liệu của hệ thống {system} không do ai ký; học bạ này được lập từ đó bằng quy tắc {mapping} và Sở "
        "chịu trách nhiệm bằng dấu của mình.",
        "Attested: nobody signed the data of the system {system}; this transcript was made from it by the mapping {mapping}, and "
        "the Sở stands for it with its seal.",
    ),
    _means(
        "BUNDLE_LEGACY_EVIDENCE",
        "Bản nhập từ bản quét hoặc giấy (hệ thống {system}): một người đã gõ lại và Sở chịu trách nhiệm; bản quét không tự nói "
        "lên điểm nào.",
        "Legacy evidence: a person typed it in from a scan or from paper (system {system}), and the Sở stands for it; no mark follows "
        "from the scan by itself.",
    ),
)
_ENDED = (
    Entry(
        "BUNDLE_NOT_STAMPED",
        Severity.WARN,
        Certainty.CONTRACT,
        _PROOF,
        "Tệp không có dấu thời gian (RFC 3161); thời điểm được chứng minh bằng đồng ký của Bộ.",
        "The file has no time-stamp (RFC 3161); the time rests on Bộ's cosignature.",
        "Không cần làm gì; chính sách tin cậy không đòi hỏi dấu thời gian.",
        "Nothing need be done; the trust policy does not demand one.",
    ),
    Entry(
        "BUNDLE_SUPERSEDED",
        Severity.WARN,
        Certainty.CONTRACT,
        _PROOF,
        "Học bạ này đã được thay bằng bản {version}.",
        "This transcript is superseded by version {version}.",
        "Xin bản mới nhất.",
        "Ask for the newest version.",
    ),
    Entry(
        "BUNDLE_UNLOCKED",
        Severity.WARN,
        Certainty.CONTRACT,
        _PROOF,
        "Học bạ này đã được mở khoá để điều chỉnh; tệp không cho biết bản thay thế.",
        "This transcript was unlocked for a correction; the file does not have the version that replaced it.",
        "Yêu cầu trường cấp tệp bằng chứng mới nhất.",
        "Ask the school for the newest evidence file.",
    ),
)
_MAKING = (
    Entry(
        "BUNDLE_NOTHING_LOCKED",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _FORM,
        "Học sinh này chưa có học bạ đã chốt của năm học {year}.",
        "This pupil has no locked transcript of the school year {year}.",
        "Chốt đợt báo cáo trước.",
        "Lock the round first.",
    ),
    Entry(
        "BUNDLE_SEVERAL",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _FORM,
        "Có nhiều học bạ đã chốt: {found}.",
        "There are several locked transcripts: {found}.",
        "Chọn một bằng --school, --period hoặc --version.",
        "Choose one with --school, --period or --version.",
    ),
    Entry(
        "BUNDLE_RECEIPT_ABSENT",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _FORM,
        "Bộ không có biên nhận của Sở cho học bạ này: nó được chốt trước khi biên nhận đi cùng đợt chốt.",
        "Bộ does not have the Sở's receipt for this transcript: it was locked before receipts came with locks.",
        "Xin tệp bằng chứng ở Sở.",
        "Ask the Sở for the evidence file.",
    ),
    Entry(
        "BUNDLE_NOT_COSIGNED",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _FORM,
        "Bộ chưa tiếp nhận đợt chốt này.",
        "Bộ has not ingested this lock.",
        "Chờ biên nhận của Bộ rồi chạy lại.",
        "Wait for Bộ's receipt, then run it again.",
    ),
    Entry(
        "BUNDLE_FILE_UNREADABLE",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _FORM,
        "Không đọc được tệp {file}.",
        "The file {file} cannot be read.",
        "Kiểm tra đường dẫn và quyền đọc.",
        "Check the path and the permissions.",
    ),
    Entry(
        "ROOTS_UNREADABLE",
        Severity.REFUSE,
        Certainty.CONTRACT,
        _TRUST,
        "Tệp {file} không có chứng thư hoặc khoá nhật ký nào đọc được.",
        "The file {file} has no certificate and no log key that can be read.",
        _ROOTS_VI,
        _ROOTS_EN,
    ),
)
ENTRIES = _READING + _REGISTER + _DOCUMENT + _PLACE + _SOURCE + _ENDED + _MAKING
