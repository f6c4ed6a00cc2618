"""Codes of the quarantine: records that claim to be sent again, and entries that cannot be."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Quy ước cách ly và gửi lại của hub (docs/operations.md)"


def _entry(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


ENTRIES: tuple[Entry, ...] = (
    _entry(
        "REDRIVE_UNKNOWN",
        "Bản tin tự nhận là được gửi lại từ khu cách ly nhưng không khớp với mục nào ({reason}).",
        "The message claims to come from the quarantine, but matches no entry there ({reason}).",
        "Không tự đặt header hub-redriven. Chỉ gửi lại bằng hub quarantine redrive; ai gửi bản tin này cần được hỏi.",
        "Never set the header hub-redriven. Use hub quarantine redrive; ask whoever sent this message.",
    ),
    _entry(
        "QUARANTINE_UNKNOWN",
        "Khu cách ly không có mục {entry}.",
        "The quarantine has no entry {entry}.",
        "Xem các mục bằng hub quarantine list --all.",
        "See the entries with hub quarantine list --all.",
    ),
    _entry(
        "QUARANTINE_SETTLED",
        "Mục {entry} đã ở trạng thái {state}.",
        "The entry {entry} is {state} already.",
        "Không phải làm gì; xem ai đã quyết định và vì sao bằng hub quarantine show.",
        "Nothing is to be done; see who decided and why with hub quarantine show.",
    ),
    _entry(
        "QUARANTINE_WITHHELD",
        "Mục {entry} lớn hơn mọi bản tin cho phép nên hub không giữ nội dung.",
        "The entry {entry} is larger than any message may be, so the hub did not keep its bytes.",
        "Bản gốc còn trong topic cho đến hết hạn lưu; yêu cầu người gửi gửi lại bản đúng, rồi bỏ qua mục này.",
        "The original stands in its topic until retention; have the sender send it rightly, then dismiss this entry.",
    ),
    _entry(
        "QUARANTINE_NOT_SENDABLE",
        "Không gửi lại được mục {entry} đúng như lúc đến ({reason}).",
        "The entry {entry} cannot be sent again as it came ({reason}).",
        "Yêu cầu người gửi gửi lại bản đúng, rồi bỏ qua mục này bằng hub quarantine dismiss.",
        "Have the sender send it rightly, then dismiss this entry with hub quarantine dismiss.",
    ),
    _entry(
        "QUARANTINE_SUPERSEDED",
        "Sau mục {entry} đã có bản mới hơn cùng khóa; gửi lại bản cũ sẽ đẩy bản mới khỏi topic.",
        "A later message under the same key follows the entry {entry}; the old one would push it out of the topic.",
        "Không gửi lại; bỏ qua mục này bằng hub quarantine dismiss.",
        "Do not send it again; dismiss this entry with hub quarantine dismiss.",
    ),
)
