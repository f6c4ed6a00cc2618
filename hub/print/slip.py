"""In phiếu tra cứu: the one paper that has a family's secret, as a PDF of one page A6 with a QR code.

It is made once, at the school's machine; nobody can make it again, for nobody keeps the secret.
"""

from dataclasses import dataclass
from datetime import date

import msgspec

from hub.domain.locator import printed
from hub.domain.slip import printed_secret
from hub.print.setting import draw_qr, set_layout

__all__ = ["SLIP_LAYOUT", "SlipFacts", "set_slip"]

SLIP_LAYOUT = "slip-1"


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip says; `address` is where its QR code leads, `portal` where the family types it in."""

    school: str
    student_code: str
    locator: str
    secret: str
    portal: str
    address: str
    issued_on: date


def set_slip(facts: SlipFacts) -> bytes:
    """Return the PDF/A-3b of a slip; the same facts give the same bytes."""
    day = facts.issued_on
    told = {
        "title": "Phiếu tra cứu học bạ",
        "issuer": f"Trường {facts.school} · {day:%d/%m/%Y}",
        "school": facts.school,
        "date": [day.year, day.month, day.day],
        "pairs": [
            ["Mã học sinh (pupil)", facts.student_code, False],
            ["Mã số tra cứu (look-up code)", printed(facts.locator), True],
            ["Mã bí mật (secret)", printed_secret(facts.secret), True],
            ["Địa chỉ (address)", facts.portal, False],
        ],
        "notes": [
            "Quét mã QR, hoặc nhập mã số tra cứu, mã bí mật và ngày sinh của học sinh tại địa chỉ trên.",
            "Ai cầm phiếu này đều xem được học bạ. Mỗi lần xem đều được ghi lại và gia đình xem được.",
            "Mất phiếu: xin trường cấp phiếu mới; phiếu cũ hết hiệu lực ngay. Không nơi nào lưu mã bí mật.",
            "Whoever holds this slip can read the record. A new slip from the school ends this one.",
        ],
        "qr": draw_qr(facts.address),
        "qr_alt": "Mã QR mở trang tra cứu với mã của phiếu này / opens the look-up page with the codes of this slip",
    }
    return set_layout(SLIP_LAYOUT, {"told": msgspec.json.encode(told).decode()})
