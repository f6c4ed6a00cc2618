"""What reconciling and the nightly check find: a pupil's row that one side lacks, has too much or has otherwise."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Quy ước của hub: đối soát theo mã gốc (RFC 9162; docs/operations.md)"
_KEEP_VI = (
    "Giữ nguyên hiện trạng, báo người vận hành và cán bộ phụ trách; so với bản kê đã ký, khôi phục từ bản sao lưu."
)
_KEEP_EN = "Leave everything as it is, tell operator and officer in charge; compare with the signed manifest, restore from a backup."
_AGAIN_VI = "Tìm ai đã ghi vào chủ đề; Bộ gửi lại bản đúng từ cơ sở dữ liệu của mình."
_AGAIN_EN = "Find out who wrote to the topic; Bộ sends the right message again from its database."
_LOOK_VI = (
    "Giữ nguyên hiện trạng; so với bản sao lưu và hub reconcile; tìm ai đã vào cơ sở dữ liệu với quyền chủ sở hữu."
)
_LOOK_EN = "Leave everything as it is; compare with a backup and hub reconcile; find out who had the owner's rights."


def _difference(code: str, vi: str, en: str, next_vi: str = _KEEP_VI, next_en: str = _KEEP_EN) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _stream(code: str, vi: str, en: str) -> Entry:
    return _difference(code, vi, en, _AGAIN_VI, _AGAIN_EN)


def _row(code: str, vi: str, en: str, next_vi: str = _LOOK_VI, next_en: str = _LOOK_EN) -> Entry:
    return _difference(code, vi, en, next_vi, next_en)


_PUPILS = (
    _difference("RECONCILE_MISSING_AT_SO", "Học bạ đã chốt không còn trong cơ sở dữ liệu của Sở.", "A locked transcript is missing at Sở."),
    _difference("RECONCILE_EXTRA_AT_SO", "Sở có học bạ trong đợt chốt mà bản kê đã ký không có.", "Sở has a transcript in this lock that the signed manifest does not cover."),
    _difference("RECONCILE_CHANGED_AT_SO", "Học bạ đã chốt bị thay đổi tại Sở.", "A locked transcript was changed at Sở."),
    _difference("RECONCILE_MISSING_AT_BO", "Học bạ đã chốt không có trong cơ sở dữ liệu của Bộ.", "A locked transcript is missing at Bộ."),
    _difference("RECONCILE_EXTRA_AT_BO", "Bộ có học bạ trong đợt chốt mà bản kê đã ký không có.", "Bộ has a transcript in this lock that the signed manifest does not cover."),
    _difference("RECONCILE_CHANGED_AT_BO", "Học bạ đã chốt bị thay đổi tại Bộ.", "A locked transcript was changed at Bộ."),
    _stream("RECONCILE_MISSING_IN_STREAM", "Học bạ đã tiếp nhận không có trên luồng quốc gia.", "An ingested transcript is missing in the national stream."),
    _stream("RECONCILE_EXTRA_IN_STREAM", "Luồng quốc gia có bản tin không thuộc học bạ nào đã chốt.", "The national stream has a message of no locked transcript."),
    _stream("RECONCILE_CHANGED_IN_STREAM", "Bản tin trên luồng quốc gia khác với học bạ đã chốt.", "The message in the national stream is not what was locked."),
)  # fmt: skip

_LOCKS = (
    _difference("RECONCILE_LOCK_MISSING_AT_SO", "Bộ có đợt chốt mà Sở không có.", "Bộ has a lock that Sở does not have."),
    _difference("RECONCILE_LOCK_MISSING_AT_BO", "Bộ đã trả lời nhưng không còn đợt chốt này.", "Bộ answered this lock and does not have it."),
    _difference("RECONCILE_LOCK_CHANGED_AT_SO", "Dòng hoặc bản kê của đợt chốt bị thay đổi tại Sở.", "The row or the manifest of this lock was changed at Sở."),
    _difference("RECONCILE_LOCK_CHANGED_AT_BO", "Dòng hoặc bản kê của đợt chốt bị thay đổi tại Bộ.", "The row or the manifest of this lock was changed at Bộ."),
    _difference("RECONCILE_MANIFESTS_DIFFER", "Sở và Bộ giữ hai bản kê khác nhau, đều có chữ ký hợp lệ.", "Sở and Bộ hold two different manifests of this lock, both signed."),
    _difference("RECONCILE_REFUSED_AT_BO", "Bộ đã từ chối đợt chốt này.", "Bộ refused this lock.",
        "Xem mã trong biên nhận của Bộ; Sở xử lý rồi gửi lại.", "See the codes in Bộ's receipt; Sở mends it and sends again."),
    _difference("RECONCILE_ROOT_UNPROVED", "Không tập học bạ nào còn lưu khớp mã gốc đã ký; các dòng nêu tên là theo đa số.", "No stored set has the signed root any more; the rows that are named go by most witnesses."),
    _difference("RECONCILE_REQUEST_MISSING", "Không còn nguyên vẹn lệnh mà bản kê nêu làm căn cứ.", "The command that the manifest names as its ground is not there as it was signed."),
    _difference("RECONCILE_SCHOOL_SET_DIFFERS", "Tập học bạ đã chốt khác với tập mà hiệu trưởng ký đề nghị chốt.", "What was locked is not the set that the principal signed for."),
)  # fmt: skip

_ROWS = (
    _row("ROW_DOCUMENT_CHANGED", "Nội dung học bạ đã chốt không khớp mã băm.", "The bytes of a locked transcript are not those of its hash."),
    _row("ROW_SIGNATURES_CHANGED", "Chữ ký lưu kèm học bạ đã chốt bị thay đổi.", "The signatures stored with a locked transcript were changed."),
    _row("ROW_LEAF_CHANGED", "Lá bằng chứng bị thay đổi.", "An evidence leaf was changed."),
    _row("ROW_COLUMN_CHANGED", "Cột của dòng học bạ khác với nội dung đã chốt.", "A column of a locked transcript's row is not what was locked."),
    _row("ROW_STATE_CHANGED", "Trạng thái không khớp với đợt chốt.", "A state does not fit the lock."),
    _row("ROW_LOCK_CHANGED", "Dòng của đợt chốt khác với bản kê.", "The row of a lock is not what its manifest says."),
    _row("ROW_MANIFEST_CHANGED", "Bản kê bị thay đổi hoặc chữ ký trên đó không còn đúng.", "A manifest was changed, or its signature does not verify."),
    _row("ROW_CHECKPOINT_CHANGED", "Điểm kiểm bị thay đổi, hoặc không khớp với nhật ký tính lại.", "A checkpoint was changed, or is not that of the recomputed log."),
    _row("ROW_RECEIPT_CHANGED", "Biên nhận của Bộ lưu tại Sở bị thay đổi.", "Bộ's answer as stored at Sở was changed."),
    _row("ROW_COMMAND_CHANGED", "Lệnh đã lưu không khớp mã băm.", "A stored command is not that of its hash."),
    _row("ROW_REGISTER_CHANGED", "Mục đăng ký khác với bản đã ký.", "A register entry is not what was signed."),
    _row("ROW_MISSING", "Một dòng đã bị xóa.", "A row was removed."),
    _row("ROW_EXTRA", "Có dòng không thuộc đợt chốt nào.", "A row belongs to no lock."),
    _row("ROW_CHAIN_BROKEN", "Nhật ký nối bằng mã băm bị đứt: một dòng bị sửa, hoặc dòng trước nó bị xóa.", "A log chained by hashes is broken: a row was changed, or the one before it is gone."),
    _row("ROW_TAIL_MISSING", "Phần cuối của nhật ký không còn: đã khôi phục bản cũ, hoặc bị cắt.", "The end of a log is gone: an older copy was restored, or it was cut off.",
        "Nếu là khôi phục: chạy hub recover --bo, việc mất được ghi lại; nếu không: điều tra.", "After a restore run hub recover --bo, which notes what was lost; otherwise investigate."),
    _row("ROW_ROOT_DIFFERS", "Mã gốc tính lại khác bản kê, nhưng từng dòng vẫn tự khớp.", "The recomputed root is not the manifest's, though each row fits itself.",
        "Chạy hub reconcile để biết học sinh nào; giữ nguyên hiện trạng.", "Run hub reconcile to learn which pupil; leave everything as it is."),
    _row("ROW_GUARD_CHANGED", "Cơ chế chặn sửa (trigger, hàm, quyền) khác với tệp nâng cấp.", "What keeps rows from changing (trigger, function, right) is not as the migrations made it.",
        "Tìm ai đã đổi; chạy lại nâng cấp để có lại đúng quyền, tạo lại trigger, rồi kiểm tra lại.", "Find out who did it; run the migrations for the rights, make the trigger again, then check again."),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (*_PUPILS, *_LOCKS, *_ROWS)
