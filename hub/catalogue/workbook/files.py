"""Codes of whole files: what they are, whether they are safe, and which sheets and columns they hold."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["FILES"]

_SOURCE = "Hợp đồng đọc tệp của hub"
_SAVE_VI = "Mở bằng Excel, chọn Lưu thành (Save As), loại tệp “Excel Workbook (*.xlsx)”, rồi chạy lại."
_SAVE_EN = "Open it in Excel, choose Save As with type “Excel Workbook (*.xlsx)”, and run again."
_AGAIN_VI = "Xuất lại tệp từ phần mềm của trường, rồi chạy lại."
_AGAIN_EN = "Export the file again from the school's software and run again."


def _file(code: str, vi: str, en: str, next_vi: str = _AGAIN_VI, next_en: str = _AGAIN_EN) -> Entry:
    """Return a refusal of a whole file."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _told(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    """Return a warning about a file: it is read, and this is said about it."""
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


FILES: tuple[Entry, ...] = (
    _file(
        "FILE_UNREADABLE",
        "Không mở được tệp ({reason}).",
        "The file cannot be opened ({reason}).",
        "Kiểm tra đường dẫn, quyền đọc và tệp có đang bị chương trình khác khóa không.",
        "Check the path, the right to read it, and whether another program holds it.",
    ),
    _file(
        "FILE_TOO_LARGE",
        "Tệp có {bytes} byte, quá giới hạn {bytes_max} byte.",
        "The file has {bytes} bytes, more than the {bytes_max} allowed.",
        "Tách theo lớp hoặc theo khối thành nhiều tệp, bỏ hình ảnh và trang tính thừa.",
        "Split it by class or grade into several files; remove pictures and spare sheets.",
    ),
    _file(
        "FILE_KIND_UNKNOWN",
        "Nội dung tệp ({found}) không đúng với loại tệp cần có ({expected}).",
        "What the file holds ({found}) is not the kind that is needed ({expected}).",
        _SAVE_VI,
        _SAVE_EN,
    ),
    _file(
        "WORKBOOK_XLS_FORMAT",
        "Đây là tệp .xls kiểu cũ; hub chỉ đọc .xlsx, vì ở .xls không thấy chắc được công thức và hàng ẩn.",
        "This is an old .xls file; the hub reads .xlsx only, where formulas and hidden rows can be seen safely.",
        _SAVE_VI,
        _SAVE_EN,
    ),
    _file(
        "WORKBOOK_PASSWORD_PROTECTED",
        "Tệp được đặt mật khẩu nên không đọc được.",
        "The file is protected by a password and cannot be read.",
        "Mở bằng Excel, vào Tệp → Thông tin → Bảo vệ sổ làm việc, xóa mật khẩu, lưu lại, rồi chạy lại.",
        "Open it in Excel, File → Info → Protect Workbook, remove the password, save, and run again.",
    ),
    _file(
        "WORKBOOK_ZIP_BOMB",
        "Tệp giải nén ra {bytes} byte trong {parts} phần, quá giới hạn an toàn.",
        "The file would unpack to {bytes} bytes in {parts} parts, which is beyond the safe limit.",
        "Không mở tệp này. Xuất lại từ phần mềm của trường; nếu vẫn vậy, báo cho đơn vị cung cấp phần mềm.",
        "Do not open this file. Export it again; if it stays so, tell the supplier of the software.",
    ),
    _file(
        "WORKBOOK_DAMAGED",
        "Tệp bị hỏng hoặc thiếu phần bắt buộc ({part}).",
        "The file is damaged or lacks a required part ({part}).",
    ),
    _file(
        "WORKBOOK_XML_FORBIDDEN",
        "Tệp chứa khai báo XML bị cấm ({part}: {reason}).",
        "The file holds a forbidden XML declaration ({part}: {reason}).",
        "Không dùng tệp này. " + _AGAIN_VI,
        "Do not use this file. " + _AGAIN_EN,
    ),
    _file(
        "WORKBOOK_TOO_MANY_CELLS",
        "Trang tính {sheet} có quá nhiều hàng, cột hoặc ô (giới hạn {limit}).",
        "Sheet {sheet} has too many rows, columns or cells (limit {limit}).",
        "Xóa hàng và cột thừa, hoặc tách thành nhiều tệp.",
        "Delete spare rows and columns, or split the file.",
    ),
    _file(
        "WORKBOOK_HEADER_MISSING",
        "Không tìm thấy hàng tiêu đề (cần có cột “Mã học sinh” và các cột quen thuộc) trong {sheet}.",
        "No header row (with a column “Mã học sinh” and the other known columns) was found in {sheet}.",
        "Dùng đúng mẫu xuất từ hệ thống của ngành; không đổi tên tiêu đề cột.",
        "Use the template as the sector's system exports it; do not rename its columns.",
    ),
    _file(
        "WORKBOOK_COLUMN_MISSING",
        "Trang tính {sheet} thiếu cột: {columns}.",
        "Sheet {sheet} lacks the columns: {columns}.",
        "Dùng đúng mẫu xuất từ hệ thống của ngành, đủ các cột.",
        "Use the template as the sector's system exports it, with all columns.",
    ),
    _file(
        "WORKBOOK_COLUMN_TWICE",
        "Cột “{label}” xuất hiện hai lần ({columns}); không biết lấy cột nào.",
        "The column “{label}” stands there twice ({columns}); which one counts cannot be known.",
        "Xóa cột thừa rồi chạy lại.",
        "Delete the spare column and run again.",
    ),
    _file(
        "WORKBOOK_GRADE_COLUMNS_UNKNOWN",
        "Mẫu kết quả lớp 4, lớp 5 của cơ sở dữ liệu ngành có các cột chưa biết, nên không đọc được.",
        "The sector's result sheet for grades 4 and 5 has columns that are not known, so it is not read.",
        "Dùng dạng JSON Lines (mỗi dòng một học bạ, tệp .jsonl), nhận mọi lớp từ 1 đến 12.",
        "Use the JSON Lines form (one transcript a line, a .jsonl file), which takes all grades 1 to 12.",
    ),
    _told(
        "WORKBOOK_COLUMN_UNKNOWN",
        "Cột {column} có tiêu đề không quen thuộc nên không được đọc.",
        "Column {column} has an unknown title and is not read.",
        "Kiểm tra cột này không chứa dữ liệu của học bạ; nếu có, báo người vận hành.",
        "Check that it holds nothing of the transcript; if it does, tell the operator.",
    ),
    _told(
        "WORKBOOK_COLUMN_HIDDEN",
        "Cột {column} đang bị ẩn; nội dung của nó vẫn được đọc.",
        "Column {column} is hidden; what it holds is read all the same.",
        "Bỏ ẩn cột trong Excel và xem lại nội dung trước khi ký.",
        "Unhide the column in Excel and look at it before signing.",
    ),
    _told(
        "WORKBOOK_SHEET_HIDDEN",
        "Trang tính {sheet} đang bị ẩn và không được đọc.",
        "Sheet {sheet} is hidden and is not read.",
        "Nếu trang tính có dữ liệu học sinh, bỏ ẩn, đưa dữ liệu vào Sheet1, rồi chạy lại; nếu không, xóa nó.",
        "If it holds pupils, unhide it, bring the rows to Sheet1 and run again; else delete it.",
    ),
    _told(
        "WORKBOOK_SHEET_IGNORED",
        "Trang tính {sheet} không phải danh sách học sinh nên không được đọc.",
        "Sheet {sheet} is not a list of pupils and is not read.",
        "Không cần làm gì nếu đó là trang danh mục.",
        "Nothing to do if it is a code list.",
    ),
    _file(
        "WORKBOOK_DATA_SHEET_HIDDEN",
        "Trang tính {sheet} chứa danh sách nhưng đang bị ẩn, nên không được đọc.",
        "Sheet {sheet} holds the list but is hidden, so it is not read.",
        "Bỏ ẩn trang tính (chuột phải → Unhide), xem lại nội dung, lưu, rồi chạy lại.",
        "Unhide the sheet (right click → Unhide), look at it, save, and run again.",
    ),
    _file(
        "WORKBOOK_SHEETS_TWO",
        "Có nhiều trang tính mang danh sách ({sheets}); không biết lấy trang nào.",
        "Several sheets hold a list ({sheets}); which one counts cannot be known.",
        "Để mỗi tệp một danh sách ở Sheet1.",
        "Keep one list a file, on Sheet1.",
    ),
    _file(
        "WORKBOOK_SHAPE_UNKNOWN",
        "Không nhận ra mẫu của tệp. Mẫu gần nhất: {nearest} (khớp {matched} phần); tại ô {cell} cần “{expected}”, thấy “{found}”.",
        "The shape of the file is not known. Nearest: {nearest} ({matched} parts fit); at {cell} “{expected}” is expected and “{found}” is found.",
        "Các mẫu đọc được: {known}. Xuất lại tệp đúng mẫu, không đổi tiêu đề cột; nếu là mẫu khác, dùng JSON Lines (.jsonl).",
        "Shapes that are read: {known}. Export the file again in one of them and keep its titles; for others use JSON Lines (.jsonl).",
    ),
    _file(
        "WORKBOOK_SHEET_STOPS",
        "Trang tính {sheet} giống bảng tổng hợp của lớp nhưng tại ô {cell} cần “{expected}”, thấy “{found}”; không hàng nào được đọc.",
        "Sheet {sheet} looks like a class summary, but at {cell} “{expected}” is expected and “{found}” is found; no row of it is read.",
        "Sửa tiêu đề cột theo mẫu gốc hoặc xuất lại trang tính đó, rồi chạy lại.",
        "Correct the title as in the template, or export that sheet again, and run again.",
    ),
    _file(
        "WORKBOOK_SHAPES_SEVERAL",
        "Các trang tính của tệp theo những mẫu khác nhau ({sheets}).",
        "The sheets of the file have different shapes ({sheets}).",
        "Tách mỗi mẫu thành một tệp riêng, rồi chạy lại với từng tệp.",
        "Split the file so that each has one shape, and run again with each of them.",
    ),
    _file(
        "WORKBOOK_IS_PUPIL_LIST",
        "Đây là danh sách học sinh (C1-HocSinh), không phải bảng kết quả.",
        "This is the pupil list (C1-HocSinh), not a sheet of results.",
        "Đưa tệp này vào sau --pupils, và đưa bảng kết quả làm tệp chính.",
        "Give this file after --pupils, and the sheet of results as the file itself.",
    ),
    _file(
        "WORKBOOK_EMPTY",
        "Trang tính {sheet} không có hàng học sinh nào dưới tiêu đề.",
        "Sheet {sheet} has no row of a pupil under its header.",
    ),
)
