"""Codes of one cell of a workbook. Every text names the cell by its path; `{proposal}` is what the hub would write."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["CELLS"]

_SOURCE = "Hợp đồng đọc tệp của hub"
_FIX_VI = "Sửa ô này theo sổ gốc, lưu tệp, rồi chạy lại."
_FIX_EN = "Correct this cell from the original record, save, and run again."
_LOOK_VI = "Xem lại giá trị đã đọc; nếu sai, sửa ô và chạy lại."
_LOOK_EN = "Look at the value as read; if it is wrong, correct the cell and run again."


def _cell(code: str, vi: str, en: str, next_vi: str = _FIX_VI, next_en: str = _FIX_EN) -> Entry:
    """Return a code that keeps the cell's row out."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _read(code: str, vi: str, en: str, next_vi: str = _LOOK_VI, next_en: str = _LOOK_EN) -> Entry:
    """Return a code that tells how a cell was read."""
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


CELLS: tuple[Entry, ...] = (
    _cell(
        "CELL_FORMULA",
        "Ô chứa công thức; giá trị của công thức có thể đổi theo máy nên không được dùng.",
        "The cell holds a formula; what it shows may change from machine to machine, so it is not used.",
        "Sao chép cột, dán lại bằng “Dán giá trị” (Paste Special → Values), xem lại, lưu, rồi chạy lại.",
        "Copy the column, paste it back with Paste Special → Values, look at it, save, and run again.",
    ),
    _cell("CELL_ERROR", "Ô báo lỗi của Excel.", "The cell shows an error of Excel."),
    _cell(
        "CELL_KIND",
        "Ô có kiểu dữ liệu ({found}) không dùng được ở cột này.",
        "The cell has a kind of data ({found}) that this column does not take.",
    ),
    _cell("CELL_REQUIRED", "Ô “{label}” bị trống.", "The cell “{label}” is empty."),
    _cell(
        "CELL_TOO_LONG",
        "Nội dung ô dài quá {length_max} ký tự.",
        "The cell's text is longer than {length_max} characters.",
    ),
    _cell(
        "CELL_FORBIDDEN_CHARACTER",
        "Ô chứa ký tự ẩn hoặc ký tự điều khiển ({characters}).",
        "The cell holds an invisible or control character ({characters}).",
        "Xóa ô và gõ lại bằng tay (không dán), lưu, rồi chạy lại.",
        "Clear the cell and type it again by hand (do not paste), save, and run again.",
    ),
    _cell(
        "CELL_LIKE_FORMULA",
        "Nội dung ô bắt đầu như một công thức.",
        "The cell's text starts like a formula.",
    ),
    _cell(
        "CELL_CODE_MALFORMED",
        "Mã chỉ được có chữ, số, dấu gạch và dấu chấm, tối đa 35 ký tự.",
        "A code may have letters, digits, dashes and dots only, at most 35 characters.",
    ),
    _read(
        "CELL_NFD",
        "Chữ có dấu được viết bằng dấu rời (NFD); đã đọc thành chữ có dấu dựng sẵn (NFC).",
        "The letters were written with separate marks (NFD) and were read as composed letters (NFC).",
    ),
    _read(
        "CELL_SPACES",
        "Ô có dấu cách thừa hoặc xuống dòng; đã đọc không có chúng.",
        "The cell has spare spaces or line breaks and was read without them.",
    ),
    _cell(
        "CELL_LEVEL_UNKNOWN",
        "Mức này không có trong danh mục ({expected}).",
        "The level is not in the list ({expected}).",
    ),
    _read(
        "CELL_LEVEL_ALIAS",
        "Mức được viết là “{shown}”; đã đọc là “{proposal}”.",
        "The level was written “{shown}” and was read as “{proposal}”.",
    ),
    _cell(
        "CELL_SCORE_INVALID",
        "Điểm không đọc được, ngoài thang 0–10 hoặc có hơn một chữ số thập phân.",
        "The score cannot be read, is outside 0 to 10, or has more than one decimal.",
    ),
    _read(
        "CELL_DECIMAL_COMMA",
        "Điểm viết bằng dấu phẩy thập phân; đã đọc là “{proposal}”.",
        "The score has a decimal comma and was read as “{proposal}”.",
    ),
    _cell(
        "CELL_CHECK_UNKNOWN",
        "Ô này chỉ nhận “x” hoặc để trống.",
        "This cell takes only “x” or nothing.",
    ),
    _cell(
        "CELL_BOX_UNKNOWN",
        "Ô đánh dấu này chỉ nhận ✓, x, 1 hoặc để trống.",
        "This box takes only ✓, x, 1 or nothing.",
    ),
    _cell(
        "CELL_MERGED",
        "Ô bị gộp với hàng hoặc cột khác, nên không biết giá trị là của ai hay của mục nào.",
        "The cell is merged with another row or column, so that its value cannot be told apart.",
        "Bỏ gộp ô (Unmerge Cells), ghi giá trị cho từng ô, lưu, rồi chạy lại.",
        "Unmerge the cells, write the value of each, save, and run again.",
    ),
    _cell(
        "CELL_RATING_UNKNOWN",
        "Xếp loại không có trong danh mục (Hoàn thành xuất sắc, Hoàn thành tốt, Hoàn thành, Chưa hoàn thành).",
        "The rating is not in the list (Hoàn thành xuất sắc, Hoàn thành tốt, Hoàn thành, Chưa hoàn thành).",
    ),
    _cell(
        "CELL_DATE_INVALID",
        "Không đọc được ngày; cần dạng ngày/tháng/năm (dd/mm/yyyy).",
        "The date cannot be read; day/month/year (dd/mm/yyyy) is needed.",
    ),
    _read(
        "CELL_DATE_SERIAL",
        "Ngày được lưu thành số của Excel ({shown}); đã đọc là {proposal}.",
        "The date is stored as a number of Excel ({shown}) and was read as {proposal}.",
    ),
    _cell(
        "CELL_GENDER_UNKNOWN",
        "Giới tính không đọc được; cần “Nam” hoặc “Nữ”.",
        "The gender cannot be read; “Nam” or “Nữ” is needed.",
    ),
    _cell(
        "CELL_NATIONALITY_UNKNOWN",
        "Quốc tịch này không đọc được từ danh sách.",
        "This nationality cannot be read from the list.",
        "Với học sinh nước ngoài, dùng dạng JSON Lines (tệp .jsonl) có mã quốc tịch hai chữ cái và số hộ chiếu.",
        "For a foreign pupil use the JSON Lines form (.jsonl) with the two-letter nationality and the passport.",
    ),
    _cell(
        "CELL_PERSONAL_ID_ZERO_LOST",
        "Số định danh có vẻ đã mất số 0 ở đầu; đề nghị “{proposal}”.",
        "The personal number seems to have lost its leading zero; proposed: “{proposal}”.",
        "Đổi kiểu ô thành Văn bản (Text), ghi đủ 12 số theo giấy tờ, lưu, rồi chạy lại.",
        "Format the cell as Text, write all 12 digits as on the pupil's papers, save, and run again.",
    ),
)
