"""Why an entry of the register is refused when it comes in: severity policies, schools, decisions on the calendar."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]


def _rule(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, "docs/adr/0015", vi, en, next_vi, next_en)


_POLICIES = (
    _rule(
        "SEVERITY_POLICY_WRONG",
        "Chính sách mức xử lý không đúng dạng.",
        "The severity policy is not well formed.",
        "Ghi by là “bo” hoặc “so”, và severities gồm mã quy tắc với “refuse” hoặc “warn”.",
        "Write by as “bo” or “so”, and severities as rule codes with “refuse” or “warn”.",
    ),
    _rule(
        "SEVERITY_RULE_UNKNOWN",
        "Chính sách nêu “{rule}”, không phải một quy tắc kiểm tra học bạ.",
        "The policy names “{rule}”, which is no rule about transcripts.",
        "Dùng mã trong danh mục (docs/catalogue.md), rồi ký lại chính sách.",
        "Use a code of the catalogue (docs/catalogue.md), then sign the policy again.",
    ),
    _rule(
        "SEVERITY_RULE_ASSUMED",
        "Quy tắc {rule} dựa trên giả định nên chỉ được cảnh báo, không được từ chối.",
        "Rule {rule} rests on an assumption: it may warn, never refuse.",
        "Bỏ quy tắc này khỏi chính sách, rồi ký lại.",
        "Take the rule out of the policy, then sign it again.",
    ),
    _rule(
        "SEVERITY_RULE_FIXED",
        "Quy tắc {rule} luôn từ chối; không chính sách nào được hạ xuống cảnh báo.",
        "Rule {rule} always refuses; no policy lowers it to a warning.",
        "Bỏ quy tắc này khỏi chính sách, rồi ký lại.",
        "Take the rule out of the policy, then sign it again.",
    ),
    _rule(
        "SEVERITY_WEAKENED",
        "Bộ đã quy định {rule} là từ chối; Sở chỉ được siết chặt, không được nới lỏng.",
        "Bộ made {rule} a refusal; a Sở may tighten that, never weaken it.",
        "Bỏ quy tắc này khỏi chính sách của Sở, rồi ký lại.",
        "Take the rule out of the Sở's policy, then sign it again.",
    ),
)

_REGISTERED = (
    _rule(
        "SCHOOL_LEVEL_DIFFERS",
        "Mục đăng ký trường: nhóm cấp học {level_group} không khớp với các khối lớp {grades}.",
        "School entry: level group {level_group} does not agree with grades {grades}.",
        "Sửa nhóm cấp học (02 tiểu học, 03 THCS, 04 THPT, 05 thường xuyên) hoặc khối lớp, rồi ký lại mục đăng ký.",
        "Correct the level group (02, 03, 04, 05) or the grades, then sign the entry again.",
    ),
    _rule(
        "SCHOOL_SUCCESSOR_WRONG",
        "Mục đăng ký trường: trường “{successor}” không thể kế thừa trường “{school}”.",
        "School entry: “{successor}” cannot succeed “{school}”.",
        "Ghi mã của một trường khác, và ghi ngày ngừng hoạt động của trường được kế thừa.",
        "Name another school, and the day on which the succeeded one closes.",
    ),
)

ENTRIES: tuple[Entry, ...] = _POLICIES + _REGISTERED
