"""Chữ ký: what can be wrong with canonical bytes, a signature, the chain of signatures, a leaf or a checkpoint."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_BYTES = "Quy ước của hub: JSON chính tắc HB-JCS/1 (RFC 8785)"
_JWS = "Quy ước của hub: chữ ký JWS tách rời (RFC 7515, RFC 7797, ETSI TS 119 182-1)"
_CHAIN = "TT 27/2020/TT-BGDĐT và CV 1396/BGDĐT-GDTH, CV 119/BGDĐT-GDTH: giáo viên chủ nhiệm, hiệu trưởng, nhà trường ký"
_REGISTER = "Quy ước của hub: sổ đăng ký người ký có ngày hiệu lực"
_SEAL = "Quy ước của hub: mức chứng cứ theo chữ ký (docs/adr/0028)"
_PROOF = "Quy ước của hub: cây băm RFC 9162 và điểm kiểm C2SP"

_EXPORT = ("Xuất lại tệp bằng phần mềm của trường hoặc `hub prepare`.", "Export the file again, or use `hub prepare`.")
_SIGN = ("Ký lại học bạ bằng `hub sign`.", "Sign the transcript again with `hub sign`.")
_CHAIN_NEXT = (
    "Ký lại theo thứ tự: giáo viên chủ nhiệm, hiệu trưởng, con dấu nhà trường.",
    "Sign again in order: homeroom teacher, principal, school seal.",
)
_OFFICE = (
    "Kiểm tra quyết định phân công và đề nghị Sở cập nhật sổ đăng ký người ký.",
    "Check the appointment and ask Sở to update the register of signers.",
)
_SEAL_NEXT = (
    "Niêm phong lại lô hồ sơ bằng dấu và hệ thống mà sổ đăng ký ghi.",
    "Seal the batch again with the seal and the system that the register names.",
)
_REGISTER_NEXT = (
    "Cán bộ đăng ký của Sở ghi hệ thống nguồn vào sổ đăng ký, rồi niêm phong lại.",
    "The registrar of the Sở registers the source system; then seal again.",
)
_DEVICE = ("Chỉnh đồng hồ máy ký rồi ký lại.", "Set the clock of the signing computer and sign again.")
_SO = ("Báo cho Sở; hồ sơ được giữ nguyên để đối chiếu.", "Tell Sở; the record is kept as it is for comparison.")
_OPERATOR = ("Người vận hành kiểm tra cấu hình và bản ghi.", "The operator checks configuration and record.")


def _refuse(code: str, source: str, vi: str, en: str, after: tuple[str, str]) -> Entry:
    certainty = Certainty.SECONDARY if source is _CHAIN else Certainty.CONTRACT
    return Entry(code, Severity.REFUSE, certainty, source, vi, en, *after)


_CANONICAL = (
    _refuse("CANONICAL_TOO_LARGE", _BYTES, "Nội dung dài {byte_count} byte, quá {byte_count_max}.",
            "The content has {byte_count} bytes; the limit is {byte_count_max}.", _EXPORT),
    _refuse("CANONICAL_NOT_UTF8", _BYTES, "Nội dung không phải UTF-8.", "The content is not UTF-8.", _EXPORT),
    _refuse("CANONICAL_BOM", _BYTES, "Nội dung bắt đầu bằng dấu BOM.", "The content begins with a BOM.", _EXPORT),
    _refuse("CANONICAL_NOT_NFC", _BYTES, "Chữ tiếng Việt chưa ở dạng dựng sẵn (NFC).",
            "The text is not in NFC.", _EXPORT),
    _refuse("CANONICAL_NOT_JSON", _BYTES, "Nội dung không phải JSON.", "The content is not JSON.", _EXPORT),
    _refuse("CANONICAL_NOT_OBJECT", _BYTES, "Nội dung không phải một đối tượng JSON.",
            "It is no JSON object.", _EXPORT),
    _refuse("CANONICAL_DUPLICATE_NAME", _BYTES, "Một tên trường xuất hiện hai lần.", "A name appears twice.", _EXPORT),
    _refuse("CANONICAL_FLOAT", _BYTES, "Có số thập phân; điểm phải là chuỗi ký tự.",
            "There is a decimal number; marks must be strings.", _EXPORT),
    _refuse("CANONICAL_NULL", _BYTES, "Có giá trị rỗng (null); hãy bỏ hẳn trường đó.",
            "There is a null; leave the field out.", _EXPORT),
    _refuse("CANONICAL_TOO_DEEP", _BYTES, "Nội dung lồng nhau quá 16 tầng.",
            "It nests deeper than 16 levels.", _EXPORT),
    _refuse("CANONICAL_DIFFERS", _BYTES, "Nội dung không ở dạng chính tắc.", "The bytes are not canonical.", _EXPORT),
    _refuse("CANONICAL_IMPOSSIBLE", _BYTES, "Giá trị không có dạng chính tắc (số quá lớn hoặc ký tự hỏng).",
            "A value has no canonical form (number too large, or a broken character).", _EXPORT),
    _refuse("TIME_WRONG", _BYTES, "Thời điểm hoặc ngày viết sai dạng.", "A time or date is not well formed.", _EXPORT),
    _refuse("BASE64_WRONG", _BYTES, "Chuỗi base64 không đúng dạng.", "The base64 text is not well formed.", _EXPORT),
)  # fmt: skip

_SIGNATURE = (
    _refuse("SIGNATURE_MISSING", _JWS, "Học bạ chưa có chữ ký nào.", "The transcript has no signature.", _SIGN),
    _refuse("SIGNATURE_MALFORMED", _JWS, "Chữ ký không đúng dạng JWS tách rời.", "It is no detached JWS.", _SIGN),
    _refuse("SIGNATURE_ATTACHED", _JWS, "Chữ ký mang kèm nội dung; phải để trống phần giữa.",
            "The signature carries a payload; the middle part must be empty.", _SIGN),
    _refuse("SIGNATURE_PADDED", _JWS, "Chuỗi base64url có ký tự đệm '='.",
            "The base64url text is padded with '='.", _SIGN),
    _refuse("SIGNATURE_BASE64", _JWS, "Chuỗi base64url không đúng dạng.", "The base64url text is not strict.", _SIGN),
    _refuse("SIGNATURE_HEADER_WRONG", _JWS, "Phần đầu chữ ký thiếu, thừa hoặc sai trường.",
            "The protected header lacks a member, has a stray one or a wrong value.", _SIGN),
    _refuse("SIGNATURE_HEADER_NOT_CANONICAL", _JWS, "Phần đầu chữ ký không ở dạng chính tắc.",
            "The protected header is not canonical JSON.", _SIGN),
    _refuse("SIGNATURE_CRIT_WRONG", _JWS, "Phần đầu chữ ký đòi hỏi điều hub không hiểu (crit).",
            "The header's crit list is not exactly the one that the hub understands.", _SIGN),
    _refuse("SIGNATURE_ALGORITHM_NONE", _JWS, "Chữ ký ghi thuật toán 'none', tức là không ký.",
            "The signature says algorithm 'none', which is no signature.", _SIGN),
    _refuse("SIGNATURE_ALGORITHM_UNKNOWN", _JWS, "Thuật toán ký không nằm trong danh sách được nhận.",
            "The algorithm is not on the list of accepted ones.", _SIGN),
    _refuse("SIGNATURE_ALGORITHM_SWAPPED", _JWS, "Thuật toán ghi trong chữ ký không khớp với loại khoá.",
            "The algorithm in the header does not agree with the kind of key.", _SIGN),
    _refuse("SIGNATURE_ALGORITHM_ENDED", _JWS, "Thuật toán ký này đã hết thời hạn được nhận.",
            "This algorithm is not, or no longer, accepted by the trust policy.", _SIGN),
    _refuse("SIGNATURE_WRONG", _JWS, "Chữ ký không khớp với nội dung: nội dung đã đổi hoặc ký bằng khoá khác.",
            "The signature does not verify: the bytes changed, or another key signed.", _SIGN),
    _refuse("SIGNATURE_TYPE_WRONG", _JWS, "Chữ ký dành cho loại văn bản khác.", "It was made for another type.", _SIGN),
    _refuse("SIGNATURE_SCOPE_SCHOOL", _JWS, "Chữ ký dành cho trường khác.", "It was made for another school.", _SIGN),
    _refuse("SIGNATURE_SCOPE_YEAR", _JWS, "Chữ ký dành cho năm học khác.",
            "It was made for another school year.", _SIGN),
    _refuse("SIGNATURE_SCOPE_PERIOD", _JWS, "Chữ ký dành cho kỳ khác.", "It was made for another period.", _SIGN),
    _refuse("SIGNATURE_SCOPE_ROUND", _JWS, "Chữ ký dành cho đợt khác.", "It was made for another round.", _SIGN),
    _refuse("SIGNATURE_SCOPE_OWNER", _JWS, "Chữ ký nhân danh cơ quan khác.", "It speaks for another authority.", _SIGN),
    _refuse("SIGNATURE_SCOPE_WRONG", _JWS, "Phạm vi ghi trong chữ ký thiếu hoặc thừa mục.",
            "The scope of the signature lacks a member or has a stray one.", _SIGN),
    _refuse("SIGNATURE_TIME_AHEAD", _JWS, "Giờ ghi trong chữ ký muộn hơn giờ hệ thống nhận quá 5 phút.",
            "The claimed time lies more than 5 minutes after the time at which it arrived.", _DEVICE),
    _refuse("SIGNATURE_TIME_BEFORE_CERTIFICATE", _JWS, "Giờ ghi trong chữ ký sớm hơn ngày chứng thư bắt đầu có hiệu lực.",
            "The claimed time lies before the certificate began.", _DEVICE),
    _refuse("COMMAND_TOO_OLD", _JWS, "Lệnh được ký quá 24 giờ trước khi hệ thống nhận.",
            "The command was signed more than 24 hours before it arrived.",
            ("Người đang giữ chức vụ ký lại lệnh rồi gửi; học bạ không phải ký lại.",
             "Whoever holds the office now signs the command again and sends it; the transcripts keep their signatures.")),
    _refuse("CHAIN_SHORTENED", _CHAIN, "Thiếu chữ ký của vai trò {role}.",
            "The signature of {role} is missing.", _CHAIN_NEXT),
    _refuse("CHAIN_REORDERED", _CHAIN, "Các chữ ký không đúng thứ tự.",
            "The signatures are out of order.", _CHAIN_NEXT),
    _refuse("CHAIN_ROLE_TWICE", _CHAIN, "Một chữ ký hoặc vai trò ({role}) xuất hiện hai lần.",
            "A signature or role ({role}) appears twice.", _CHAIN_NEXT),
    _refuse("CHAIN_LINK_BROKEN", _CHAIN, "Chữ ký của {role} không gắn với đúng các chữ ký đi trước.",
            "The signature of {role} does not bind exactly the ones before it.", _CHAIN_NEXT),
    _refuse("CHAIN_TIME_REVERSED", _CHAIN, "Chữ ký của {role} ghi giờ sớm hơn chữ ký mà nó nối tiếp.",
            "The signature of {role} claims an earlier time than one that it follows.", _CHAIN_NEXT),
    _refuse("CHAIN_TOO_LONG", _JWS, "Có {count} chữ ký, quá {count_max}.",
            "There are {count} signatures; the limit is {count_max}.", _CHAIN_NEXT),
)  # fmt: skip

_SIGNER = (
    _refuse("SIGNER_UNKNOWN", _REGISTER, "Người ký hoặc chứng thư số chưa có trong sổ đăng ký.",
            "The signer or the certificate is not in the register.", _OFFICE),
    _refuse("SIGNER_ROLE_NOT_ALLOWED", _REGISTER, "Vai trò {role} không được ký loại văn bản này.",
            "The role {role} may not sign this kind of statement.", _OFFICE),
    _refuse("SIGNER_ROLE_WRONG", _REGISTER, "Sổ đăng ký không ghi vai trò {role} cho người ký này.",
            "The register does not give this signer the role {role}.", _OFFICE),
    _refuse("SIGNER_ROLE_NOT_HELD", _REGISTER, "Vào lúc ký, người ký chưa hoặc không còn giữ vai trò {role}.",
            "At the time of signing the signer did not (or no longer) hold the role {role}.", _OFFICE),
    _refuse("SIGNER_SCHOOL_WRONG", _REGISTER, "Người ký ({role}) thuộc trường khác.",
            "The signer ({role}) belongs to another school.", _OFFICE),
    _refuse("SIGNER_OWNER_WRONG", _REGISTER, "Người ký ({role}) thuộc cơ quan khác.",
            "The signer ({role}) belongs to another authority.", _OFFICE),
    _refuse("SIGNER_SAME_PERSON", _CHAIN, "Giáo viên chủ nhiệm và hiệu trưởng là cùng một người.",
            "Homeroom teacher and principal are the same person.", _OFFICE),
    _refuse("REGISTER_ENTRY_WRONG", _REGISTER, "Mục {kind} trong sổ đăng ký không dùng được.",
            "A register entry of kind {kind} cannot be used.", _OPERATOR),
)  # fmt: skip

_SEALED = (
    _refuse("SEAL_NOT_ALONE", _SEAL, "Dấu ghi nguồn gốc phải là chữ ký duy nhất của học bạ; ở đây có {count} chữ ký.",
            "A seal that names its source must be a transcript's only signature; there are {count}.", _SEAL_NEXT),
    _refuse("SEAL_SYSTEM_UNKNOWN", _SEAL, "Sổ đăng ký không có hệ thống nguồn {system} vào lúc này.",
            "The register has no source system {system} at this time.", _REGISTER_NEXT),
    _refuse("SEAL_GRADE_WRONG", _SEAL, "Dấu ghi mức chứng cứ {grade}; sổ đăng ký cho hệ thống {system} mức {registered}.",
            "The seal claims the grade {grade}; the register gives system {system} the grade {registered}.", _SEAL_NEXT),
    _refuse("SEAL_MAPPING_WRONG", _SEAL, "Dấu ghi bộ quy tắc {mapping}; sổ đăng ký cho hệ thống {system} bộ {registered}.",
            "The seal claims the mapping {mapping}; the register gives system {system} the mapping {registered}.",
            _SEAL_NEXT),
)  # fmt: skip

_EVIDENCE = (
    _refuse("LEAF_WRONG", _PROOF, "Lá bằng chứng không đúng dạng.", "The evidence leaf is not well formed.", _SO),
    _refuse("LEAF_HASH_WRONG", _PROOF, "Mã băm không dài 32 byte.", "A hash has not 32 bytes.", _SO),
    _refuse("PROOF_OUT_OF_RANGE", _PROOF, "Vị trí {index} nằm ngoài cây có {size} lá.",
            "Position {index} lies outside the tree of {size} leaves.", _SO),
    _refuse("FRONTIER_WRONG", _PROOF, "Trạng thái của cây băm không khớp với số lá {size}.",
            "The stored edge of the tree does not fit its size {size}.", _OPERATOR),
    _refuse("NOTE_WRONG", _PROOF, "Văn bản có chữ ký (signed note) không đúng dạng.",
            "The signed note is malformed.", _SO),
    _refuse("NOTE_KEY_WRONG", _PROOF, "Khoá của nhật ký không đúng dạng.", "The note key is malformed.", _OPERATOR),
    _refuse("CHECKPOINT_WRONG", _PROOF, "Điểm kiểm không đúng dạng.", "The checkpoint is malformed.", _SO),
    _refuse("CHECKPOINT_SIGNER_UNKNOWN", _PROOF, "Điểm kiểm không có chữ ký của khoá đã biết.",
            "No known key of that log signed the checkpoint.", _SO),
    _refuse("CHECKPOINT_SIGNATURE_WRONG", _PROOF, "Chữ ký trên điểm kiểm không khớp.",
            "The signature of a known key on the checkpoint does not verify.", _SO),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = _CANONICAL + _SIGNATURE + _SIGNER + _SEALED + _EVIDENCE
