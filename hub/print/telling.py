"""What stands on a sheet, as plain texts for the layout: form, codes, who signed, and what the record rests on."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET

from hub.domain.civil import VIETNAM
from hub.domain.form import Block, Form, Line, date_text
from hub.domain.locator import printed
from hub.domain.organisations import department
from hub.domain.transcript import Transcript
from hub.evidence import Bundle, register_of
from hub.trust import Grade, Leaf, Snapshot, decode_base64, grade_of, parse_leaf
from hub.trust import read as read_signature

__all__ = ["tell"]

_ROLES = {
    "subject_teacher": "Giáo viên bộ môn", "homeroom_teacher": "Giáo viên chủ nhiệm", "principal": "Hiệu trưởng",
    "school_seal": "Dấu của trường", "system_seal": "Dấu của hệ thống tỉnh", "so_seal": "Dấu của Sở",
}  # fmt: skip
_RESTS_ON: dict[Grade, str] = {
    "native": "Ký số trực tiếp trên bản này bởi giáo viên, hiệu trưởng và nhà trường.",
    "derived": "Lập từ một văn bản đã ký ở hệ thống của tỉnh, bằng quy tắc ánh xạ có tên và phiên bản; "
    "văn bản gốc đã ký được lưu.",
    "attested": "Lập từ hệ thống của tỉnh không có chữ ký; Sở chịu trách nhiệm về nội dung.",
    "legacy_evidence": "Nhập từ bản giấy hoặc bản quét; Sở xác nhận, không có chữ ký số của nhà trường.",
}
_WIDE = "Nhận xét"
_PERSONAL_ID = "Số định danh cá nhân"
_PAPER = "Tệp PDF này mang theo học bạ đã ký và bằng chứng; in ra giấy thì chỉ còn mã QR và mã số tra cứu để kiểm tra."


def tell(bundle: Bundle, transcript: Transcript, form: Form, layout: str) -> dict[str, Any]:
    """Return all texts of a sheet. Raises Refused: LEAF_WRONG, the codes of `read_signature`."""
    leaf = parse_leaf(decode_base64(bundle.place.leaf))
    year, month, day = (int(part) for part in leaf.effective_on.split("-"))
    return {
        "title": form.title, "subtitle": form.subtitle, "regulation": f"Theo {form.regulation}",
        "department": department(bundle.so).name, "school": transcript.school.name,
        "issuer": transcript.school.name, "date": [year, month, day], "layout": layout,
        "codes": _lines(_codes(bundle, leaf, transcript)),
        "pupil_heading": "Học sinh", "pupil": _lines(line for line in form.pupil if line.name != _PERSONAL_ID),
        "year_heading": "Nhà trường và năm học", "year": _lines(form.year),
        "blocks": [_block(block) for block in form.blocks], "wide": _WIDE,
        "signers_heading": "Đã ký",
        "signers_columns": ["Vai trò", "Người ký (mã đăng kí)", "Lúc ký (giờ Việt Nam)", "Chứng thư số (SHA-256)"],
        "signers": list(_signers(bundle)), "notes": [_RESTS_ON[grade_of(bundle.signatures)], _PAPER],
        "footer": f"Mã số tra cứu {printed(leaf.locator)} · bản {leaf.version} · mẫu {layout}",
        "qr_caption": "Quét để kiểm tra tờ này", "qr_alt": "Mã QR để kiểm tra tờ này",
        "document_alt": "Học bạ như đã ký (JSON)",
        "bundle_alt": "Tệp bằng chứng: chữ ký, sổ đăng ký, vị trí trong nhật ký",
    }  # fmt: skip


def _codes(bundle: Bundle, leaf: Leaf, transcript: Transcript) -> Iterator[Line]:
    yield Line("Mã số tra cứu", printed(leaf.locator))
    number = transcript.student.personal_id
    yield Line(_PERSONAL_ID, "không có" if number is UNSET else str(number))
    yield Line("Ngày hiệu lực", date_text(leaf.effective_on))
    yield Line("Phiên bản", str(leaf.version))
    yield Line("Nhật ký của Sở", f"{bundle.so}, mục {bundle.place.in_log.index}")


def _signers(bundle: Bundle) -> Iterator[Sequence[str]]:
    """Yield a row for each signature: role, person by the register, time as claimed, certificate."""
    snapshot = register_of(bundle)
    for compact in bundle.signatures:
        parsed = read_signature(compact)
        at = datetime.fromtimestamp(parsed.header.iat, UTC)
        digest = parsed.certificate_sha256.hex()
        shown = f"{digest[:8]} {digest[8:16]} {digest[16:24]} …"
        role = _ROLES.get(parsed.header.hb_role, parsed.header.hb_role)
        yield role, _person(snapshot, parsed.certificate_sha256, at), f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}", shown


def _person(snapshot: Snapshot, certificate: bytes, at: datetime) -> str:
    held = snapshot.official_of_certificate(certificate, at)
    return held[0].person if held else "—"


def _block(block: Block) -> dict[str, Any]:
    table = block.table
    return {
        "heading": block.heading, "note": block.note, "lines": _lines(block.lines),
        "columns": [] if table is None else table.columns, "rows": [] if table is None else table.rows,
    }  # fmt: skip


def _lines(lines: Sequence[Line] | Iterator[Line]) -> list[tuple[str, str, str]]:
    return [(line.name, line.value, line.meaning) for line in lines]
