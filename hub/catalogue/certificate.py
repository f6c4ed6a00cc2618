"""Chứng thư số: what can be wrong with a certificate, its issuers, its status, and the key file of a signer."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_PATH = "RFC 5280 và chính sách tin cậy của hub (NĐ 68/2024/NĐ-CP, NĐ 23/2025/NĐ-CP)"
_STRENGTH = "TT 15/2025/TT-BKHCN: RSA từ 2048 bit hoặc ECDSA từ 256 bit, băm SHA-2/SHA-3"
_POLICY = "Quy ước của hub: chính sách tin cậy có ngày hiệu lực"
_FILE = "Quy ước của hub: tệp khoá PKCS#12 (RFC 7292)"

_RENEW = (
    "Gia hạn hoặc xin chứng thư số mới, đề nghị Sở đăng ký rồi ký lại.",
    "Renew the certificate or get another one, have Sở register it, and sign again.",
)
_ISSUER = (
    "Dùng chứng thư số do tổ chức có trong chính sách tin cậy cấp.",
    "Use a certificate from an authority that the trust policy names.",
)
_WAIT = (
    "Chưa phải làm gì: hub nhận ở trạng thái chờ và tự kiểm tra lại khi có danh sách thu hồi.",
    "Nothing to do: it is accepted as pending and judged again when the revocation list arrives.",
)
_OPERATOR = ("Người vận hành kiểm tra sổ đăng ký.", "The operator checks the register.")
_KEY_FILE = ("Chọn đúng tệp .p12/.pfx và nhập lại mật khẩu.", "Choose the right .p12/.pfx file and enter its password.")


def _refuse(code: str, source: str, vi: str, en: str, after: tuple[str, str]) -> Entry:
    certainty = Certainty.SECONDARY if source in (_PATH, _STRENGTH) else Certainty.CONTRACT
    return Entry(code, Severity.REFUSE, certainty, source, vi, en, *after)


def _warn(code: str, source: str, vi: str, en: str, after: tuple[str, str]) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, source, vi, en, *after)


ENTRIES: tuple[Entry, ...] = (
    _refuse("CERTIFICATE_UNREADABLE", _PATH, "Không đọc được chứng thư số.", "The certificate cannot be read.", _RENEW),
    _refuse("CERTIFICATE_EXPIRED", _PATH, "Chứng thư số đã hết hạn vào lúc hub nhận.",
            "The certificate had expired when the signature arrived.", _RENEW),
    _refuse("CERTIFICATE_NOT_YET_VALID", _PATH, "Chứng thư số chưa có hiệu lực vào lúc hub nhận.",
            "The certificate was not yet valid when the signature arrived.", _RENEW),
    _refuse("CERTIFICATE_REVOKED", _PATH, "Chứng thư số (hoặc nơi cấp) đã bị thu hồi.",
            "The certificate, or one of its issuers, was revoked.", _RENEW),
    _refuse("CERTIFICATE_ISSUER_UNKNOWN", _PATH, "Nơi cấp chứng thư số không có trong chính sách tin cậy.",
            "The trust policy does not know the issuer of the certificate.", _ISSUER),
    _refuse("CERTIFICATE_ISSUER_EXPIRED", _PATH, "Chứng thư số của nơi cấp không còn hoặc chưa có hiệu lực.",
            "A certificate of the issuer was outside its time.", _ISSUER),
    _refuse("CERTIFICATE_SIGNATURE_WRONG", _PATH, "Chứng thư số không do nơi cấp ghi trong đó ký.",
            "The named issuer did not sign this certificate.", _ISSUER),
    _refuse("CERTIFICATE_CHAIN_WRONG", _PATH, "Chuỗi nơi cấp không hợp lệ.",
            "The chain of issuers breaks a rule (authority, path length, key usage).", _ISSUER),
    _refuse("CERTIFICATE_EXTENSION_UNKNOWN", _PATH, "Chứng thư số đòi hỏi một điều hub không hiểu.",
            "The certificate has a critical extension that the hub does not know.", _RENEW),
    _refuse("CERTIFICATE_USAGE_WRONG", _PATH, "Chứng thư số không dùng để ký văn bản.",
            "The certificate is not for signing documents.", _RENEW),
    _refuse("CERTIFICATE_KEY_WEAK", _STRENGTH, "Khoá quá ngắn hoặc không thuộc loại được nhận.",
            "The key is too short or of a kind that is not accepted.", _RENEW),
    _refuse("CERTIFICATE_HASH_WEAK", _STRENGTH, "Chứng thư số dùng hàm băm yếu (SHA-1).",
            "The certificate is signed with a weak hash (SHA-1).", _RENEW),
    _warn("CERTIFICATE_STATUS_UNKNOWN", _POLICY, "Chưa biết chứng thư số có bị thu hồi hay không.",
          "It is not known yet whether the certificate was revoked.", _WAIT),
    _refuse("TRUST_POLICY_MISSING", _POLICY, "Chưa có chính sách tin cậy cho thời điểm này.",
            "The register holds no trust policy for that time.", _OPERATOR),
    _refuse("TRUST_POLICY_WRONG", _POLICY, "Chính sách tin cậy không dùng được.",
            "The trust policy is malformed.", _OPERATOR),
    _refuse("CRL_UNREADABLE", _PATH, "Không đọc được danh sách thu hồi.",
            "The revocation list cannot be read.", _OPERATOR),
    _refuse("PKI_STATE_UNREADABLE", _FILE, "Không đọc được thư mục khoá thử nghiệm.",
            "The folder of the development PKI cannot be read.", _OPERATOR),
    _refuse("KEY_FILE_UNREADABLE", _FILE, "Không mở được tệp khoá.", "The key file cannot be opened.", _KEY_FILE),
    _refuse("KEY_FILE_NOT_PKCS12", _FILE, "Tệp không phải PKCS#12 (.p12, .pfx) hoặc đã hỏng.",
            "The file is not PKCS#12 (.p12, .pfx), or it is damaged.", _KEY_FILE),
    _refuse("KEY_FILE_PASSWORD_WRONG", _FILE, "Mật khẩu của tệp khoá không đúng.", "The password is wrong.", _KEY_FILE),
    _refuse("KEY_FILE_INCOMPLETE", _FILE, "Tệp thiếu khoá riêng hoặc chứng thư số, hoặc hai thứ không khớp nhau.",
            "The file lacks a private key or its certificate, or the two do not belong together.", _KEY_FILE),
)  # fmt: skip
