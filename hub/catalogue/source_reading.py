"""Tài liệu nguồn: what is wrong with a source document, its signature, or with what was derived from it."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_XML = "Quy ước của hub: một dạng XAdES duy nhất cho tệp XML có chữ ký (ETSI EN 319 132-1; ADR 0029)"
_PINNED = "Quy ước của hub: chứng thư của hệ thống nguồn được ghim trong sổ đăng ký (ADR 0029)"

_PDF = "Quy ước của hub: tệp quét, PDF có chữ ký (PAdES, ETSI EN 319 142-1; ADR 0029)"

_AGAIN = (
    "Lấy lại tệp gốc từ hệ thống nguồn; không sửa, không lưu lại bằng phần mềm khác.",
    "Take the original file from the system again; do not edit it, nor save it with other software.",
)
_VENDOR = (
    "Báo đơn vị vận hành hệ thống nguồn: tệp phải theo đúng dạng nêu trong docs/connectors.md.",
    "Tell whoever runs the system: its files must have just the shape that docs/connectors.md states.",
)
_WARN_SO = (
    "Không dùng tệp này; báo Sở và đơn vị vận hành hệ thống nguồn để đối chiếu.",
    "Do not use this file; tell Sở and whoever runs the system, who compare.",
)
_SCAN_AGAIN = (
    "Quét lại thành PDF, JPEG hoặc PNG thông thường, không mật khẩu, không thêm gì sau tệp.",
    "Scan again as an ordinary PDF, JPEG or PNG, without a password and with nothing after it.",
)
_REGISTRAR = (
    "Nếu hệ thống đã đổi chứng thư, đề nghị cán bộ quản lý sổ đăng ký của Sở ghim chứng thư mới.",
    "If the system has a new certificate, ask the registrar of Sở to pin it.",
)


def _refuse(code: str, source: str, vi: str, en: str, after: tuple[str, str]) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, source, vi, en, *after)


_BOUNDS = (
    _refuse("SOURCE_XML_TOO_LARGE", _XML, "Tệp XML nguồn quá lớn ({byte_count} byte).",
            "The XML source is too large ({byte_count} bytes).", _VENDOR),
    _refuse("SOURCE_XML_ENCODING", _XML, "Tệp XML nguồn không phải XML 1.0 bằng UTF-8 ({reason}).",
            "The XML source is not XML 1.0 in UTF-8 ({reason}).", _VENDOR),
    _refuse("SOURCE_XML_FORBIDDEN", _XML, "Tệp XML nguồn có thành phần bị cấm: {what}.",
            "The XML source holds what is forbidden: {what}.", _WARN_SO),
    _refuse("SOURCE_XML_TOO_COMPLEX", _XML, "Tệp XML nguồn vượt giới hạn: {what}.",
            "The XML source is beyond a limit: {what}.", _VENDOR),
    _refuse("SOURCE_XML_ID_TWICE", _XML, "Một mã định danh (Id) xuất hiện hai lần trong tệp XML nguồn.",
            "An identifier (Id) appears twice in the XML source.", _WARN_SO),
    _refuse("SOURCE_XML_MALFORMED", _XML, "Tệp nguồn không phải XML đúng dạng (dòng {line}).",
            "The source is no well-formed XML (line {line}).", _AGAIN),
)  # fmt: skip

_SIGNATURE = (
    _refuse("SOURCE_XML_SIGNATURE_MISSING", _XML, "Tệp XML nguồn không có chữ ký.",
            "The XML source has no signature.", _AGAIN),
    _refuse("SOURCE_XML_SIGNATURE_TWICE", _XML, "Tệp XML nguồn có hơn một chữ ký.",
            "The XML source has more than one signature.", _WARN_SO),
    _refuse("SOURCE_XML_SIGNATURE_MOVED", _XML, "Chữ ký, hoặc một phần của nó, không nằm đúng chỗ cuối cùng trong tệp XML nguồn.",
            "The signature, or a part of one, is not where it must be: last in the root of the XML source.", _WARN_SO),
    _refuse("SOURCE_XML_SHAPE", _XML, "Chữ ký trong tệp XML nguồn không theo đúng dạng quy định ({element}).",
            "The signature in the XML source does not have the one shape that is allowed ({element}).", _VENDOR),
    _refuse("SOURCE_XML_ALGORITHM", _XML, "Chữ ký trong tệp XML nguồn dùng thuật toán không được phép ({element}).",
            "The signature in the XML source uses an algorithm that is not allowed ({element}).", _VENDOR),
    _refuse("SOURCE_XML_ALGORITHM_SWAPPED", _XML, "Thuật toán ký không hợp với loại khóa của chứng thư.",
            "The signature's algorithm does not agree with the certificate's kind of key.", _WARN_SO),
    _refuse("SOURCE_XML_CONTENT_DIFFERS", _XML, "Nội dung tệp XML nguồn đã bị thay đổi sau khi ký.",
            "The XML source was changed after it was signed.", _WARN_SO),
    _refuse("SOURCE_XML_SIGNATURE_WRONG", _XML, "Chữ ký của tệp XML nguồn không khớp.",
            "The signature of the XML source does not verify.", _WARN_SO),
    _refuse("SOURCE_TIME_WRONG", _XML, "Thời điểm ký trong tài liệu nguồn viết sai dạng.",
            "The time of signing in the source is not well formed.", _VENDOR),
)  # fmt: skip

_CERTIFICATE = (
    _refuse("SOURCE_CERTIFICATE_UNKNOWN", _PINNED,
            "Tài liệu nguồn được ký bằng chứng thư không được ghim cho hệ thống này ({certificate_sha256}).",
            "The source is signed with a certificate that is not pinned for this system ({certificate_sha256}).", _REGISTRAR),
    _refuse("SOURCE_CERTIFICATE_WEAK", _PINNED, "Khóa của chứng thư ký tài liệu nguồn không đủ mạnh hoặc không được hỗ trợ.",
            "The key of the certificate that signed the source is too weak, or of an unsupported kind.", _VENDOR),
    _refuse("SOURCE_CERTIFICATE_DIFFERS", _PINNED, "Tài liệu nguồn ghi một chứng thư khác với chứng thư đã ký.",
            "The source names another certificate than the one that signed it.", _WARN_SO),
    _refuse("SOURCE_CERTIFICATE_EXPIRED", _PINNED, "Chứng thư ký tài liệu nguồn không có hiệu lực lúc ký ({signed_at}).",
            "The certificate was not valid when the source was signed ({signed_at}).", _REGISTRAR),
)  # fmt: skip

_FILES = (
    _refuse("SOURCE_TOO_LARGE", _PDF, "Tài liệu nguồn quá lớn ({byte_count} byte).",
            "The source is too large ({byte_count} bytes).", _SCAN_AGAIN),
    _refuse("SOURCE_SCAN_UNKNOWN", _PDF, "Tệp quét không phải PDF, JPEG hay PNG.",
            "The scan is neither PDF nor JPEG nor PNG.", _SCAN_AGAIN),
    _refuse("SOURCE_SCAN_SIGNED", _PDF, "Tệp quét có chữ ký hoặc ô chữ ký bên trong.",
            "The scan holds a signature, or a field for one.",
            ("Gửi tệp này dưới dạng pades để chữ ký được kiểm tra, hoặc quét lại bản giấy.",
             "Hand this file in as pades, so that its signature is verified, or scan the paper again.")),
    _refuse("SOURCE_PICTURE_DAMAGED", _PDF, "Ảnh quét không đúng cấu trúc hoặc có dữ liệu thừa ({reason}).",
            "The picture is damaged, or holds something beside the picture ({reason}).", _SCAN_AGAIN),
    _refuse("SOURCE_PDF_MALFORMED", _PDF, "Tệp PDF nguồn không đúng cấu trúc ({reason}).",
            "The PDF is not well formed ({reason}).", _SCAN_AGAIN),
    _refuse("SOURCE_PDF_ENCRYPTED", _PDF, "Tệp PDF nguồn bị đặt mật khẩu hoặc mã hóa.", "The PDF is encrypted.", _SCAN_AGAIN),
    _refuse("SOURCE_PDF_ACTIVE", _PDF, "Tệp PDF nguồn có nội dung chạy được hoặc tệp đính kèm ({name}).",
            "The PDF has active content or attachments ({name}).", _SCAN_AGAIN),
    _refuse("SOURCE_PDF_SIGNATURE_MISSING", _PDF, "Tệp PDF nguồn không có chữ ký.", "The PDF has no signature.",
            ("Gửi tệp này dưới dạng bản quét (scan).", "Hand this file in as a scan.")),
    _refuse("SOURCE_PDF_SHAPE", _PDF, "Chữ ký trong tệp PDF nguồn không theo dạng quy định ({what}).",
            "The PDF's signature does not have the shape that is allowed ({what}).", _VENDOR),
    _refuse("SOURCE_PDF_ALGORITHM", _PDF, "Chữ ký trong tệp PDF nguồn dùng thuật toán không được phép.",
            "The PDF's signature uses an algorithm that is not allowed.", _VENDOR),
    _refuse("SOURCE_PDF_UNSIGNED_CHANGE", _PDF, "Tệp PDF nguồn có phần không được ký, hoặc bị thay đổi sau khi ký.",
            "Part of the PDF is not signed, or was changed after it was signed.", _WARN_SO),
    _refuse("SOURCE_PDF_SIGNATURE_WRONG", _PDF, "Chữ ký của tệp PDF nguồn không khớp.",
            "The PDF's signature does not verify.", _WARN_SO),
)  # fmt: skip

_DERIVED = "Quy ước của hub: học bạ dẫn xuất phải đúng từng byte với tài liệu nguồn qua ánh xạ đã nêu (ADR 0029, 0030)"
_OPERATOR = (
    "Không cần gửi lại: hub tự thử lại. Người vận hành kiểm tra bộ nhớ và tiến trình của máy.",
    "Nothing need be sent again: the hub tries again. The operator checks memory and processes of the machine.",
)
_RUN_AGAIN = (
    "Chạy lại kết nối trên tài liệu nguồn rồi niêm phong lại (hub seal); dùng hub mapping diff nếu ánh xạ đã đổi.",
    "Run the connector over the source again and seal what it makes (hub seal); use hub mapping diff if the mapping changed.",
)

_FEWER = (
    "Nộp lại học bạ này với ít tài liệu nguồn hơn trong một lần nộp, không kèm tài liệu đã bị báo SOURCE_KILLS_READER.",
    "Hand this transcript in again, with fewer sources in one submission and without those told SOURCE_KILLS_READER.",
)

_OUTCOME = (
    _refuse("SOURCE_OTHER", _DERIVED, "Tài liệu nguồn kèm theo không phải tài liệu mà dấu niêm phong nêu ({sha256}).",
            "The source that came along is not the one that the seal names ({sha256}).", _RUN_AGAIN),
    _refuse("SOURCE_SIGNED_LATER", _DERIVED, "Tài liệu nguồn được ký sau khi học bạ được tiếp nhận ({signed_at}).",
            "The source was signed after the transcript was received ({signed_at}).", _WARN_SO),
    _refuse("SOURCE_SYSTEM_DIFFERS", _DERIVED, "Trích lục thuộc hệ thống khác, không phải {system}.",
            "The extract is of another system than {system}.", _RUN_AGAIN),
    _refuse("SOURCE_CONNECTOR_UNFIT", _DERIVED, "Kết nối {connector} không dùng cho mức chứng cứ {grade}.",
            "The connector {connector} is not one for the grade {grade}.", _REGISTRAR),
    _refuse("MAPPING_DIFFERS", _DERIVED, "Ánh xạ {mapping} giữ tại đây ({found}) không phải ánh xạ mà dấu niêm phong nêu.",
            "The mapping {mapping} that is kept here ({found}) is not the one that the seal names.", _RUN_AGAIN),
    _refuse("SOURCE_RECORD_MISSING", _DERIVED, "Tài liệu nguồn không có bản ghi nào về học sinh, năm học và kỳ này.",
            "The source has no record about this pupil, school year and period.", _RUN_AGAIN),
    _refuse("SOURCE_RECORD_AMBIGUOUS", _DERIVED,
            "Tài liệu nguồn có {count} bản ghi khác nhau về cùng học sinh, năm học và kỳ này.",
            "The source has {count} records about this pupil, school year and period that say different things.",
            _WARN_SO),
    _refuse("SOURCE_DIFFERS", _DERIVED, "Học bạ khác với tài liệu nguồn ở {count} chỗ: {paths}.",
            "The transcript differs from its source in {count} places: {paths}.", _RUN_AGAIN),
    _refuse("SOURCE_KILLS_READER", _DERIVED, "Tài liệu nguồn làm hỏng tiến trình đọc nó ({reason}).",
            "The source kills the process that reads it ({reason}).", _WARN_SO),
    _refuse("SOURCE_ALGORITHM_ENDED", _DERIVED,
            "Tài liệu nguồn được ký bằng RS256, thuật toán đã hết thời hạn được nhận khi học bạ được tiếp nhận.",
            "The source is signed with RS256, which was no longer taken when the transcript was received.", _VENDOR),
    Entry("SOURCE_ALGORITHM_OLD", Severity.WARN, Certainty.CONTRACT, _DERIVED,
          "Tài liệu nguồn được ký bằng RS256, thuật toán chỉ còn được nhận đến ngày ghi trong chính sách tin cậy.",
          "The source is signed with RS256, which is taken only until the day that the trust policy names.",
          "Đề nghị đơn vị vận hành hệ thống nguồn chuyển sang PS256 hoặc ES256 trước ngày đó.",
          "Ask whoever runs the system to sign with PS256 or ES256 before that day."),
    _refuse("SOURCE_NOT_READ", _DERIVED,
            "Tài liệu nguồn chưa được đọc: thời gian dành cho mọi tài liệu của một lần nộp ({seconds} giây) đã hết.",
            "The source was not read: the time for all sources of one submission ({seconds} s) was over.", _FEWER),
    _refuse("SOURCE_READER_UNAVAILABLE", _DERIVED, "Tiến trình đọc tài liệu nguồn không khởi động được ({reason}).",
            "The process that reads sources does not start ({reason}).", _OPERATOR),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (*_BOUNDS, *_SIGNATURE, *_CERTIFICATE, *_FILES, *_OUTCOME)
