"""What wrong conversions leave in names and comments: told with a proposal, never altered, never refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import examine, judge
from hub.domain.characters import is_vietnamese
from hub.domain.findings import refuses
from hub.domain.reading import canonical, read
from hub.domain.text import check_texts, latin_reading, legacy_reading, undoubled
from hub.domain.transcript import Transcript
from tests.unit.domain.builders import SUMMER, a_school, a_student, a_transcript, codes_of, with_row

TCVN3 = [
    ("NguyÔn V¨n An", "Nguyễn Văn An"), ("TrÇn ThÞ H¶o", "Trần Thị Hảo"), ("Lª V¨n §øc", "Lê Văn Đức"),
    ("Ph¹m Quèc B¶o", "Phạm Quốc Bảo"), ("§ç ThÞ B×nh", "Đỗ Thị Bình"), ("NGUYÔN V¡N DòNG", "NGUYỄN VĂN DŨNG"),
    ("TrÞnh C«ng S¬n", "Trịnh Công Sơn"), ("§Æng Thuú", "Đặng Thuỳ"), ("Häc tËp ch¨m chØ.", "Học tập chăm chỉ."),
    ("CÇn cè g¾ng h¬n ë m«n To¸n", "Cần cố gắng hơn ở môn Toán"),
]  # fmt: skip
VNI = [
    ("Nguyeãn Vaên An", "Nguyễn Văn An"), ("Traàn Thò Haûo", "Trần Thị Hảo"), ("Leâ Vaên Ñöùc", "Lê Văn Đức"),
    ("Phaïm Quoác Baûo", "Phạm Quốc Bảo"), ("Ñoã Thò Bình", "Đỗ Thị Bình"), ("NGUYEÃN VAÊN DUÕNG", "NGUYỄN VĂN DŨNG"),
    ("Ñaëng Thuøy", "Đặng Thùy"), ("Hoïc taäp chaêm chæ.", "Học tập chăm chỉ."), ("Leâ Na", "Lê Na"),
]  # fmt: skip
DOUBLED = ["Nguyễn Văn Đức", "Hà Nội", "Đỗ Thị Lý", "TRẦN QUỐC ÚY", "Học tập chăm chỉ", "Ước mơ", "Cô giáo – “tốt”…"]
FOREIGN = [
    "José André Núñez", "Müller", "François Noël", "Zoë", "Søren Ångström", "Muñoz", "Renée", "Ødegård", "Kim Min-jun",
    "Y Kđăm Niê", "H'Hen Êban", "Giàng A Páo", "Иван Петров", "Παύλος", "金敏俊", "عمر", "Łukasz Žižek", "Īśvara",
    "20 °C", "m² và ½", "«Tiến bộ»", "5 µm", "§ 5", "naïve café", "£5 ©2026", "«khá»", "Hoà", "Thuý Quỳ",
]  # fmt: skip


def doubled(text: str) -> str:
    """Encode once more, as a tool does that takes bytes for Windows-1252."""
    holes = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    return "".join(chr(b) if b in holes else bytes([b]).decode("cp1252") for b in text.encode())


def named(name: str, **changes: Any) -> Transcript:
    return a_transcript(student=a_student(name=name), **changes)


@pytest.mark.parametrize(("encoding", "broken", "right"), [("TCVN3 (ABC)", *row) for row in TCVN3]
                         + [("VNI", *row) for row in VNI])  # fmt: skip
def test_old_encoding_is_told_with_its_reading(encoding: str, broken: str, right: str) -> None:
    """The letters are Western ones, the words only make sense in the old table."""
    told = legacy_reading(broken)
    assert told is not None
    assert (told.encoding, told.text) == (encoding, right)
    (finding,) = check_texts(named(broken))
    assert (finding.code, finding.path, finding.value) == ("TEXT_LEGACY_ENCODING", "$.student.name", broken)
    assert finding.facts == {"encoding": encoding, "repair": right}
    assert not refuses([finding])


def test_old_encoding_that_gives_no_words_has_no_proposal() -> None:
    """A sign inside a word is no Vietnamese; what it was is not certain."""
    (finding,) = check_texts(named("Xw¸q"))
    assert (finding.code, finding.facts) == ("TEXT_LEGACY_ENCODING", {"encoding": "TCVN3/VNI"})


def test_soft_hyphen_of_an_old_encoding_is_refused_with_the_reading() -> None:
    """TCVN3 has ư where Latin-1 has an invisible character: the fault of the bytes shows what is meant."""
    (finding,) = read(canonical(named("Tr\u00ad¬ng V¨n H\u00adng"))).findings
    assert (finding.code, finding.facts["repair"]) == ("TEXT_FORBIDDEN_CHARACTER", "Trương Văn Hưng")


@pytest.mark.parametrize("right", DOUBLED)
@pytest.mark.parametrize("times", [1, 2])
def test_double_encoding_is_told_with_what_it_was(right: str, times: int) -> None:
    """Once more, or twice; also when the no-break space of à became a common one."""
    broken = right
    for _ in range(times):
        broken = doubled(broken)
    assert undoubled(broken) == right
    if times == 1:
        assert undoubled(broken.replace("\u00a0", " ")) == right
        assert codes_of(check_texts(named(broken))) == ["TEXT_DOUBLE_UTF8"]


def test_known_samples_of_double_encoding_are_read() -> None:
    """As they are met in files."""
    assert undoubled("Nguyá»…n") == "Nguyễn"
    assert undoubled("HÃ Ná»™i") == "Hà Nội"
    assert undoubled("H\u00c3\u00a0") == "Hà"


@pytest.mark.parametrize("text", [*FOREIGN, *DOUBLED])
def test_right_text_of_any_language_is_left_alone(text: str) -> None:
    """Foreign names and signs are no faults."""
    assert undoubled(text) is None
    assert legacy_reading(text) is None
    assert check_texts(named(text)) == []


@pytest.mark.parametrize(
    ("broken", "right"),
    [("Nguy\u0435n", "Nguyen"), ("Ðặng Văn An", "Đặng Văn An"), ("L\u03b1n", "Lan"), ("\uff2can", "Lan"),
     ("\u0410n Nguyễn", "An Nguyễn"), ("ðức", "đức")],
)  # fmt: skip
def test_letters_that_only_look_latin_are_told_in_names(broken: str, right: str) -> None:
    """Such a name is never found again; in a comment it may be meant so."""
    assert latin_reading(broken) == right
    (finding,) = check_texts(named(broken))
    assert (finding.code, finding.facts) == ("TEXT_LOOKALIKE_LETTER", {"repair": right})
    rows = with_row(a_transcript().subjects, "TOAN", comment=broken)
    assert check_texts(a_transcript(subjects=rows)) == []


def test_every_text_is_looked_at() -> None:
    """Names, comments of subjects and qualities, remarks, reason: each with its own path."""
    base, broken = a_transcript(), "Häc tËp"
    transcript = a_transcript(
        class_=broken, remarks=broken, reason=broken, school=a_school(name=broken),
        student=a_student(name=broken, ethnicity=broken), subjects=with_row(base.subjects, "TOAN", comment=broken),
        qualities=with_row(base.qualities, "CC", comment=broken) if base.qualities else (),  # type: ignore[arg-type]
    )  # fmt: skip
    paths = {f.path for f in check_texts(transcript) if f.code == "TEXT_LEGACY_ENCODING"}
    expected = {"$.class", "$.remarks", "$.reason", "$.school.name", "$.student.name", "$.student.ethnicity"}
    assert expected <= paths
    assert len(paths - expected) in (1, 2)


# Texts that break programs: here they are only text.
NAUGHTY = [
    "'; DROP TABLE document; --", "\" OR 1=1 --", "<script>alert(1)</script>", "&lt;b&gt;",
    "=cmd|' /C calc'!A0", "=1+1", "+84 912", "-1", "@SUM(A1)", "%s%n%d", "{name} {0} {}", "${jndi:ldap://x}",
    "$(rm -rf /)", "`id`", "../../etc/passwd", "null", "None", "undefined", "NaN", "true", "0", "1e309", "0x10",
    "\\", "\\\\", "\\u0000", "\"", "'", "''", "/*", "*/", "a" * 200, "ệ" * 200, "😀", "👍🏽 Giỏi", "🇻🇳",
    "e" + "\u0316" * 150, "z\u0488", "𝒩guyễn", "Ａｎ", "ﬁ", "Ǆ", "ß", "İ", "ı", "ſ", "Ω", "Å", "日本語",
    "العربية", "עברית", "ไทย", "हिन्दी", "𐍈", "𠜎", "í̵̛̫", "n\u0303\u0303", "\u0301", "ﾟ", "①", "Ⅻ", "½",
    "£¥€", "°", "…", "–—", "“”‘’", "«»", "·", "¿¡", "ªº", "×÷", "µ", "¶§", "Ã", "á»", "áº", "Ã¡", "â€™", "Ä‘",
    "\ufffdx", "Æ°", "CON", "Scunthorpe", "Robert'); --", "a,b;c\td".replace("\t", " "), "-----BEGIN",
    "hb_prev", "__proto__", "constructor",
]  # fmt: skip
UNSEEN = [
    "\u0000", "\u0007", "\u001b[31m", "a\nb", "a\tb", "a\r", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u200b", "\u200d",
    "\u200e", "\u202e", "\u2066", "\u2028", "\u2060", "\ufeff", "\ufe0f", "\u3000", "\u115f", "\u034f", "\ue000",
    "\U000e0041", "\uffff", "👨\u200d👩",
]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_text_passes_unchanged(text: str) -> None:
    """Whatever it looks like elsewhere, here it is text: judged without an error, never refused, bytes as they were."""
    rows = with_row(a_transcript().subjects, "TOAN", comment=text)
    transcript = a_transcript(student=a_student(name=text), subjects=rows, remarks=text)
    document = canonical(transcript)
    reading = examine(document, SUMMER)
    told = set(codes_of(reading.findings))
    assert told <= {"TEXT_DOUBLE_UTF8", "TEXT_LEGACY_ENCODING", "TEXT_LOOKALIKE_LETTER", "TEXT_NOT_NFC",
                    "TEXT_FORBIDDEN_CHARACTER"}  # fmt: skip
    assert reading.transcript == transcript
    assert canonical(reading.transcript) == document
    assert not refuses(judge(transcript, SUMMER))


@pytest.mark.parametrize("text", UNSEEN)
def test_text_that_a_reader_cannot_see_is_refused(text: str) -> None:
    """Controls, bidi and zero-width characters: two documents that look alike must have the same bytes."""
    reading = examine(canonical(named(f"Lan {text}")), SUMMER)
    assert refuses(reading.findings)
    told = set(codes_of(reading.findings))
    assert told <= {"TEXT_FORBIDDEN_CHARACTER", "TEXT_NOT_NFC", "TEXT_LEGACY_ENCODING"}


@given(st.text(min_size=1, max_size=200))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    """Told or not, but never an exception, and never another document."""
    transcript = named(text, remarks=text)
    for finding in check_texts(transcript):
        assert finding.code.startswith("TEXT_")
    assert judge(transcript, SUMMER) == judge(named(text, remarks=text), SUMMER)


_SYLLABLES = st.sampled_from(
    ["Nguyễn", "Trần", "LÊ", "Úy", "Ưng", "Đỗ", "Hà", "À", "Ở", "ĐẶNG", "Ông", "Ý", "Ấm", "ụ", "ẵ", "Ã", "ÃI", "Ĩ", "Ũ"]
)


@given(st.lists(_SYLLABLES, min_size=1, max_size=5).map(" ".join))
def test_no_double_encoded_name_passes_by(name: str) -> None:
    """The quick way never hides what the careful way would tell."""
    (finding,) = check_texts(named(doubled(name)))
    assert (finding.code, finding.facts["repair"]) == ("TEXT_DOUBLE_UTF8", name)
    assert check_texts(named(name)) == []


@given(st.text("aH ÀÁÂÃÊÔÝàáâãêôýĂăĐđĨĩŨũƠơƯưẠạẢếỹŠƒÄ»º", max_size=12))
def test_quick_way_and_careful_way_agree_on_comments(text: str) -> None:
    """What counting bytes lets pass is no double encoding; VNI without Western letters is looked for in names alone."""
    if is_vietnamese(text):
        assert undoubled(text) is None
