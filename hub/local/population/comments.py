"""Nhận xét: what teachers write, drawn from phrases of our own. `band` is 0 (weak), 1 (fair) or 2 (good)."""

import random
from types import MappingProxyType

from hub.domain.transcript import Absences

__all__ = [
    "ABSENCES_MAX",
    "COMMENTS_PER_BAND",
    "absences",
    "absences_over",
    "competence_comment",
    "quality_comment",
    "remark",
    "subject_comment",
]

_START = MappingProxyType(
    {
        "TV": "Đọc, viết", "VAN": "Đọc hiểu và viết bài văn", "TOAN": "Tính toán và giải toán", "NN1": "Nghe, nói",
        "DD": "Ứng xử trong tình huống", "TNXH": "Quan sát, tìm hiểu sự vật quanh em", "LSDL": "Kể sự kiện, đọc bản đồ",
        "KH": "Làm thí nghiệm, giải thích hiện tượng", "KHTN": "Thực hành, giải thích hiện tượng",
        "TIN": "Dùng máy tính",
        "CN": "Làm sản phẩm", "THCN": "Dùng máy tính và làm sản phẩm", "GDTC": "Tập luyện các động tác",
        "AN": "Hát đúng giai điệu", "MT": "Vẽ, nặn theo ý tưởng", "HDTN": "Tham gia hoạt động cùng bạn",
        "SU": "Trình bày sự kiện lịch sử", "DIA": "Đọc bản đồ, biểu đồ", "LI": "Vận dụng công thức vật lí",
        "HOA": "Viết phương trình, giải bài tập", "SINH": "Giải thích hiện tượng sinh học",
        "KTPL": "Phân tích tình huống", "GDCD": "Liên hệ thực tế", "GDQPAN": "Thực hành điều lệnh",
        "NT": "Thể hiện tác phẩm", "GDDP": "Tìm hiểu địa phương", "TDT": "Đọc, viết tiếng dân tộc",
        "NN2": "Nghe, nói", "TC": "Gấp, cắt, dán sản phẩm", "KT": "Thực hành các bước kĩ thuật",
    }
)  # fmt: skip
_END = (
    ("còn chậm, cần được kèm thêm.", "chưa chắc chắn, cần luyện tập nhiều hơn.", "chưa đạt yêu cầu, cần cố gắng."),
    ("khá, cần cẩn thận hơn.", "đạt yêu cầu, có tiến bộ so với đầu năm.", "tương đối tốt, cần mạnh dạn hơn."),
    ("tốt, trình bày rõ ràng.", "rất tốt, biết giúp đỡ bạn.", "thành thạo, sáng tạo.", "tốt, chủ động trong giờ học."),
)
_SUBJECT = MappingProxyType(
    {code: tuple(tuple(f"{s} {e}" for e in band) for band in _END) for code, s in _START.items()}
)
_QUALITY = (
    ("Cần được nhắc nhở thường xuyên.", "Cần rèn luyện thêm.", "Chưa đều, cần cố gắng."),
    ("Có ý thức, cần đều đặn hơn.", "Thực hiện khá tốt.", "Có tiến bộ so với đầu năm."),
    ("Thể hiện tốt trong học tập và sinh hoạt.", "Gương mẫu, được bạn bè quý mến.", "Luôn giữ lời và trung thực."),
)
_COMPETENCE = (
    ("Cần sự hỗ trợ của thầy cô.", "Chưa tự tin.", "Cần luyện tập thêm."),
    ("Thực hiện được khi có hướng dẫn.", "Có tiến bộ.", "Cần mạnh dạn hơn."),
    ("Chủ động, tự tin.", "Vận dụng tốt vào cuộc sống.", "Làm việc nhóm hiệu quả."),
)
_REMARK = (
    ("Cần cố gắng nhiều hơn; gia đình phối hợp cùng nhà trường.",),
    ("Ngoan, có cố gắng; cần tự giác hơn trong học tập.", "Có tiến bộ rõ rệt ở học kì II."),
    ("Chăm ngoan, học tốt, tích cực tham gia hoạt động của lớp.", "Học đều các môn, tác phong gương mẫu."),
)
COMMENTS_PER_BAND = 3  # of qualities and competences
_EXCUSED_MAX, _UNEXCUSED_MAX = 12, 3
ABSENCES_MAX = 45  # sessions; who missed more repeats the year (TT 22/2021, Điều 12; TT 58/2011, Điều 15)
_OFTEN_ABSENT_SHARE = 0.004  # with 40 to 45 sessions


def subject_comment(rng: random.Random, subject: str, band: int) -> str:
    """Draw a comment on one subject."""
    texts = _SUBJECT[subject][band]
    return texts[int(rng.random() * len(texts))]


def quality_comment(number: int, band: int) -> str:
    """Return comment `number` on a phẩm chất."""
    return _QUALITY[band][number]


def competence_comment(number: int, band: int) -> str:
    """Return comment `number` on a năng lực."""
    return _COMPETENCE[band][number]


def remark(rng: random.Random, band: int) -> str:
    """Draw the homeroom teacher's closing remark."""
    texts = _REMARK[band]
    return texts[int(rng.random() * len(texts))]


def absences(rng: random.Random) -> Absences:
    """Draw half-day sessions missed: small numbers, most of them excused."""
    chance = rng.random
    often = chance()
    if often < _OFTEN_ABSENT_SHARE:
        return _absences(ABSENCES_MAX - int(often / _OFTEN_ABSENT_SHARE * 6))
    return Absences(excused=int(chance() * chance() * _EXCUSED_MAX), unexcused=int(chance() ** 4 * _UNEXCUSED_MAX))


def absences_over(rng: random.Random) -> Absences:
    """Draw more sessions than a pupil may miss: 46 to 75."""
    return _absences(ABSENCES_MAX + 1 + int(rng.random() * 30))


def _absences(total: int) -> Absences:
    return Absences(excused=total - total // 5, unexcused=total // 5)
