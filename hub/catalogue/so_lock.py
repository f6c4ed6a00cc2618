"""Sở chốt thay và mở thêm đợt: what is said of a Sở's own acts over the rounds of its schools."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "docs/design.md: locks and rounds by a Sở"


def _said(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


ENTRIES = (
    _said(
        "LOCK_NOT_BY_SO",
        "Chính sách chốt của Sở đang có hiệu lực không cho phép Sở tự chốt đợt {cohort} của trường.",
        "The Sở's lock policy in force does not let the Sở itself lock a school's {cohort} round.",
        "Trường tự chốt bằng hub lock; nếu Sở phải chốt thay thì đăng ký lock_policy mới có so_may_lock và so_cohorts.",
        "Let the school lock with hub lock; if the Sở must, register a lock_policy with so_may_lock and so_cohorts.",
    ),
    _said(
        "LOCK_STATEMENT_TOO_LARGE",
        "Văn bản đề nghị chốt có {size}, quá giới hạn {limit}: phải đủ nhỏ để gửi kèm bản kê chốt tới Bộ.",
        "The request for the lock has {size}, over the limit of {limit}: it travels beside the lock's manifest to Bộ.",
        "Chia thành nhiều quyết định, mỗi quyết định gồm ít trường hơn, rồi ký và gửi lại.",
        "Split it into several acts over fewer schools each, then sign and send again.",
    ),
    _said(
        "LOCK_SECOND_PERSON_MISSING",
        "Quyết định chốt gồm {schools} trường, nhiều hơn {above}: phải có người thứ hai của Sở cùng ký.",
        "The act covers {schools} schools, more than {above}: a second person of the Sở must sign it too.",
        "Để một cán bộ hoặc lãnh đạo khác của Sở ký thêm: hub lock act-agree, rồi gửi lại bằng hub lock act-send.",
        "Have another officer or lead of the Sở sign: hub lock act-agree, then send with hub lock act-send.",
    ),
    _said(
        "LOCK_SECOND_PERSON_SAME",
        "Chữ ký thứ hai là của cùng một người hoặc cùng một chứng thư với chữ ký thứ nhất.",
        "The second signature is of the same person, or by the same certificate, as the first.",
        "Để một người khác của Sở ký bằng chứng thư của chính họ.",
        "Have another person of the Sở sign with a certificate of their own.",
    ),
    _said(
        "LOCK_ACT_SCHOOL_ABSENT",
        "Quyết định chốt của Sở không nêu trường {school}.",
        "The Sở's act does not name school {school}.",
        "Gửi lệnh theo đúng các trường có trong quyết định, hoặc lập quyết định mới có trường này.",
        "Send commands for the schools of the act alone, or make a new act that names this school.",
    ),
    _said(
        "LOCK_ACT_SCHOOL_TWICE",
        "Quyết định chốt của Sở nêu trường {school} nhiều hơn một lần.",
        "The Sở's act names school {school} more than once.",
        "Lập quyết định mới, mỗi trường một lần.",
        "Make a new act with each school once.",
    ),
    _said(
        "LOCK_ACT_NOT_READY",
        "Chưa thể chốt {count} trường trong số đã chọn: {schools}.",
        "{count} of the chosen schools cannot be locked yet: {schools}.",
        "Chạy lại với --dry-run để xem từng trường còn thiếu gì; bỏ các trường này ra hoặc chờ trường bổ sung.",
        "Run with --dry-run to see what each of them lacks; leave them out, or wait until they have it.",
    ),
    _said(
        "LOCK_ACT_EMPTY",
        "Không có trường nào sẵn sàng để chốt.",
        "No school is ready to be locked.",
        "Chạy với --dry-run để xem từng trường còn thiếu gì.",
        "Run with --dry-run to see what each school lacks.",
    ),
    _said(
        "LOCK_ACT_TOO_LARGE",
        "Quyết định chốt dài {bytes} byte; mỗi lệnh mang toàn văn và chỉ được {max} byte.",
        "The act takes {bytes} bytes; each command carries it whole, and has room for {max}.",
        "Chia các trường thành nhiều quyết định bằng --schools.",
        "Divide the schools among several acts with --schools.",
    ),
    _said(
        "LOCK_ACT_FILE_WRONG",
        "Tệp quyết định chốt không đọc được hoặc đã bị sửa ({reason}).",
        "The file of the act cannot be read, or was changed ({reason}).",
        "Lấy lại tệp do hub lock act --out ghi ra; không sửa tay.",
        "Take the file that hub lock act --out wrote; do not edit it.",
    ),
    _said(
        "ROUND_PUPIL_REPORTED",
        "Học sinh đã có học bạ trong đợt {cohort}/{number}; đợt mở thêm chỉ dành cho học sinh chưa từng báo cáo.",
        "The pupil stands in round {cohort}/{number}; a further round is only for pupils who were never reported.",
        "Thay thế học bạ trong chính đợt đó; đợt ấy đã chốt thì đề nghị đính chính.",
        "Replace the transcript in that round; if it is locked, ask for a correction.",
    ),
)
