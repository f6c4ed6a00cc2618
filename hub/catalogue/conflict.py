"""What the Sở decides about pupils: which of two schools claims one rightly, which identifiers name one person."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_RULING = "Quy ước của hub: quyết định khi hai trường cùng báo cáo một học sinh (docs/decisions.md)"
_LINK = "Quy ước của hub: đính chính, hợp nhất định danh (docs/decisions.md)"
_ASK_VI = "Nếu quyết định chưa đúng, đề nghị Sở ra quyết định khác."
_ASK_EN = "If the decision is wrong, ask Sở for another one."


def _refusal(code: str, source: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, source, vi, en, next_vi, next_en)


def _told(code: str, source: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, source, vi, en, next_vi, next_en)


ENTRIES = (
    _refusal("CONFLICT_RULED_AGAINST", _RULING,
        "Sở đã quyết định trường {school} báo cáo đúng học sinh này (số {number}).",
        "Sở has ruled that school {school} claims this pupil rightly (number {number}).",
        f"Không báo cáo học sinh này nữa. {_ASK_VI}", f"Do not report this pupil again. {_ASK_EN}"),
    _refusal("CONFLICT_SAME_SCHOOL", _RULING,
        "Quyết định nêu hai lần cùng một trường.", "The decision names the same school twice.",
        "Nêu trường báo cáo đúng và trường báo cáo nhầm, ký và gửi lại.",
        "Name the school that is right and the one that is not, sign and send again."),
    _refusal("CONFLICT_NOT_STANDING", _RULING,
        "Không có tranh chấp: trường {school} không có học bạ hiện hành của học sinh này trong năm học và kỳ đó.",
        "There is no conflict: school {school} has no current transcript of this pupil for that year and period.",
        "Xem hub conflict list; kiểm tra mã trường, năm học và kỳ.",
        "See hub conflict list; check the schools, the year and the period."),
    _refusal("CONFLICT_RULED_ALREADY", _RULING,
        "Sở đã quyết định như vậy (số {number}).", "Sở has ruled so already (number {number}).",
        "Không phải làm gì.", "Nothing is to be done."),
    _refusal("CONFLICT_RULED_LATER", _RULING,
        "Về học sinh và hai trường này đã có quyết định muộn hơn (số {number}, từ {since}); quyết định đó giữ nguyên.",
        "A later ruling about this pupil and these schools stands (number {number}, since {since}); it goes on standing.",
        "Nếu quyết định này mới đúng, ký và gửi lại với mã lệnh mới.",
        "If this ruling is the right one, sign and send it again under a new command id."),
    _told("CONFLICT_OTHER_LOCKED", _RULING,
        "Học bạ của trường kia đã chốt hoặc đang chốt (người đề nghị: {by}, từ {since}) và giữ nguyên; "
        "khi cả hai đã chốt, Bộ mở tranh chấp.",
        "The other school's transcript is locked or being locked (by {by}, since {since}) and stays; when both are "
        "locked, Bộ opens a conflict.",
        "Trường kia làm đề nghị đính chính, hoặc Sở giải quyết tranh chấp với Bộ.",
        "The other school asks for a correction, or Sở settles the conflict with Bộ."),
    _refusal("CONFLICT_ROUND_CLOSED", _RULING,
        "Trường báo cáo đúng, nhưng đợt của học bạ này đã chốt mà không có nó (người đề nghị: {by}, từ {since}).",
        "The school is right, but the round of this transcript was closed without it (by {by}, since {since}).",
        "Báo cáo lại học bạ này vào đợt tiếp theo do Sở mở.",
        "Report this transcript again in the further round that Sở opens."),
    _told("CONFLICT_OTHERS_REMAIN", _RULING,
        "Còn {count} trường khác báo cáo học sinh này; học bạ vẫn được giữ.",
        "Another {count} schools report this pupil; the transcript stays held.",
        "Sở quyết định tiếp với các trường còn lại.", "Sở rules on the schools that remain."),
    _refusal("IDENTITY_LINK_TO_ITSELF", _LINK,
        "Định danh cũ và định danh hiện nay giống nhau.", "The former and the present identifier are the same.",
        "Nêu đúng hai định danh, ký và gửi lại.", "Name the two identifiers, sign and send again."),
    _refusal("IDENTITY_FORM_WRONG", _LINK,
        "Định danh hiện nay không đúng dạng.", "The present identifier has no known form.",
        "Dùng id:<12 chữ số>, passport:<quốc tịch>:<số> hoặc school:<mã trường>:<mã học sinh>.",
        "Use id:<12 digits>, passport:<nationality>:<number> or school:<school>:<student code>."),
    _refusal("IDENTITY_UNKNOWN", _LINK,
        "Định danh cũ không có trong học bạ hay danh sách học sinh nào của Sở.",
        "The former identifier stands in no transcript and no roster of the Sở.",
        "Kiểm tra lại định danh cũ.", "Check the former identifier."),
    _refusal("IDENTITY_DECIDED_LATER", _LINK,
        "Về định danh cũ này đã có quyết định muộn hơn (số {number}, từ {since}); quyết định đó giữ nguyên.",
        "A later decision on this former identifier stands (number {number}, since {since}); it goes on standing.",
        "Nếu quyết định này mới đúng, ký và gửi lại với mã lệnh mới.",
        "If this decision is the right one, sign and send it again under a new command id."),
    _refusal("IDENTITY_LINK_STANDS", _LINK,
        "Hai định danh này đã được liên kết như vậy.", "These two identifiers are linked so already.",
        "Không phải làm gì.", "Nothing is to be done."),
    _refusal("IDENTITY_LINK_CIRCLE", _LINK,
        "Định danh hiện nay đã được liên kết về định danh cũ.", "The present identifier is linked to the former one.",
        "Nếu liên kết đó sai, tách (hub identity separate) rồi đính chính lại.",
        "If that link is wrong, end it (hub identity separate), then correct again."),
    _refusal("IDENTITY_LINK_NONE", _LINK,
        "Hai định danh này không có liên kết nào để tách.", "There is no link between these two identifiers to end.",
        "Xem các liên kết bằng hub identity list.", "See hub identity list."),
    _refusal("IDENTITY_RECORD_STANDS", _LINK,
        "Trường đã có học bạ hiện hành của học sinh này dưới định danh khác ({current}).",
        "The school has a current transcript of this person under another identifier ({current}).",
        "Thu hồi bản kia trước khi chốt rồi gửi lại; nếu đã chốt, làm đề nghị đính chính.",
        "Recall the other one before the lock and send again; after the lock, ask for a correction."),
    _told("IDENTITY_CLAIMED_TWICE", _LINK,
        "{count} học bạ của các trường khác nhau nay là của cùng một học sinh và được giữ lại, chưa chốt.",
        "{count} transcripts of different schools are now of one person, and are held out of the lock.",
        "Xem hub conflict list và quyết định.", "See hub conflict list, and decide."),
    _told("IDENTITY_RECORD_DOUBLED", _LINK,
        "{count} học bạ của cùng trường, năm học và kỳ nay là của cùng một học sinh.",
        "{count} transcripts of one school, year and period are now of one person.",
        "Trường thu hồi bản thừa trước khi chốt.", "The school recalls the one too many before the lock."),
    _refusal("IDENTITY_LINK_FOREIGN", _LINK,
        "Liên kết định danh không phải của Sở gửi nó, hoặc không khớp với quyết định đã ký.",
        "This link of identifiers is not of the Sở that sent it, or disagrees with the signed decision.",
        "Sở kiểm tra ai đã ghi vào chủ đề này.", "Sở finds out who wrote to this topic."),
    _refusal("IDENTITY_LINK_UNSIGNED", _LINK,
        "Quyết định liên kết định danh không có chữ ký hợp lệ của người có thẩm quyền của Sở ({codes}).",
        "The decision on identifiers has no valid signature by a person of the Sở who may decide it ({codes}).",
        "Đăng ký người ký và chứng thư tại Bộ rồi gửi lại từ hàng cách ly.",
        "Register signer and certificate at Bộ, then redrive it from the quarantine."),
)  # fmt: skip
