"""Codes of connectors that take transferred histories for their schools."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["TRANSFERS"]

_SOURCE = "docs/transfers.md"


def _refuse(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _warn(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


TRANSFERS: tuple[Entry, ...] = (
    _refuse(
        "CONNECTOR_TRANSFERS_WRONG",
        "Phần [transfers] của connector.toml sai: {reason}.",
        "The table [transfers] of connector.toml is wrong: {reason}.",
        "Sửa theo docs/connectors.md; kết nối tự thử lại, các việc khác vẫn chạy.",
        "Correct it after docs/connectors.md; the connector tries again by itself, its other work goes on.",
    ),
    _refuse(
        "CONNECTOR_TRANSFER_KEY_MISSING",
        "Hồ sơ chuyển đến trường {school} được niêm phong bằng khóa {key}, mà kết nối không có khóa đó.",
        "A history for school {school} is sealed to the key {key}, which the connector does not have.",
        "Thêm khóa nhận đó vào [transfers] rồi khởi động lại; nếu khóa đã mất, Sở yêu cầu gửi lại (resolve resend).",
        "Add that receiving key to [transfers] and start again; if it is lost, the Sở asks again (resolve resend).",
    ),
    _warn(
        "CONNECTOR_TRANSFER_RECEIVED",
        "Hồ sơ chuyển đến trường {school} (lần giao {delivery}, {count} học bạ) đã nằm trong {folder}, chưa ký nhận.",
        "A history for school {school} (delivery {delivery}, {count} transcripts) is in {folder}, not signed for.",
        "Nhà trường ký: hub transfer acknowledge {transfer} --folder {folder}",
        "The school signs: hub transfer acknowledge {transfer} --folder {folder}",
    ),
    _warn(
        "CONNECTOR_TRANSFER_REPLACES",
        "Hồ sơ này thay cho hồ sơ đã giao trước ({earlier}).",
        "This history takes the place of the one delivered before ({earlier}).",
        "Dùng bản này; bản trước không còn hiệu lực.",
        "Use this one; the earlier one does not count any more.",
    ),
    _warn(
        "CONNECTOR_TRANSFER_NOT_EXPRESSED",
        "Hệ thống này không ghi được một số mục của học bạ năm học {school_year}: {paths}.",
        "This system has no place for parts of the transcript of {school_year}: {paths}.",
        "Xem các mục đó trong tệp chứng cứ mà nhà trường đã nhận.",
        "Look them up in the evidence file that the school holds.",
    ),
)
