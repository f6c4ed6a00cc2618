"""Sở GD&ĐT của dữ liệu tổng hợp: the provinces that a population can have, with their codes by school year.

The slug is stable; the two-digit code is not (Nghị quyết 202/2025/QH15: Đồng Tháp took over 82 from Tiền Giang on
1/7/2025 [secondary]). A personal id keeps the three-digit code of the province of birth as it was.
"""

from dataclasses import dataclass
from types import MappingProxyType

from hub.domain.organisations import department

__all__ = ["ELSEWHERE", "OVERFLOW", "PLACES", "Place", "place_of"]

_MERGED_FROM = "2025-2026"  # the first school year under the 34 provinces


@dataclass(frozen=True, slots=True)
class Place:
    """One Sở: codes before and after 1/7/2025, birth prefixes of its pupils, and ethnicities with weights (of 100).

    `merged_into` has its schools since then; they keep their codes, and their system.
    """

    slug: str
    title: str
    code_before: str
    code_since: str
    birth_prefixes: tuple[str, ...]
    ethnicities: tuple[tuple[str, int], ...]
    merged_into: str | None = None

    def so_in(self, school_year: str) -> str:
        """Return the slug of the Sở that its schools belong to in that school year."""
        return self.merged_into if self.merged_into is not None and school_year >= _MERGED_FROM else self.slug

    def province_code(self, school_year: str) -> str:
        """Return the two-digit province code in its meaning in that school year ("2024-2025")."""
        return self.code_since if school_year >= _MERGED_FROM else self.code_before


_ALL = (
    Place("ha-noi", "Hà Nội", "01", "01", ("001",), (("Kinh", 97), ("Mường", 1), ("Tày", 1), ("Hoa", 1))),
    Place("nghe-an", "Nghệ An", "40", "40", ("040",), (("Kinh", 84), ("Thái", 10), ("Thổ", 3), ("Mông", 3))),
    Place("hai-phong", "Hải Phòng", "31", "31", ("031", "030"), (("Kinh", 98), ("Hoa", 1), ("Nùng", 1))),
    Place("khanh-hoa", "Khánh Hòa", "56", "56", ("056", "058"), (("Kinh", 88), ("Ra-glai", 6), ("Chăm", 6))),
    Place("tien-giang", "Tiền Giang", "82", "82", ("082",), (("Kinh", 98), ("Hoa", 1), ("Khơ-me", 1)), "dong-thap"),
    Place("dong-thap", "Đồng Tháp", "87", "82", ("087", "082"), (("Kinh", 98), ("Khơ-me", 1), ("Hoa", 1))),
)
PLACES = MappingProxyType({place.slug: place for place in _ALL})
_ETHNICITIES = (("Kinh", 94), ("Tày", 2), ("Hoa", 2), ("Mường", 2))


def place_of(slug: str) -> Place:
    """Return the place of any Sở: drawn here, or made of its codes. Raises Refused SO_UNKNOWN."""
    drawn = PLACES.get(slug)
    if drawn is not None:
        return drawn
    so = department(slug)
    before, since = so.provinces[0], so.provinces[-1]
    return Place(slug, before.name, before.code, since.code, (f"0{before.code}",), _ETHNICITIES)


# Provinces of birth of pupils who moved in, and those kept for pupils beyond the second million (see pupils.py).
ELSEWHERE = ("033", "034", "035", "036", "037", "038", "042", "046", "048", "060", "075", "079", "089", "092", "096")
OVERFLOW = ("008", "010", "011", "012", "014", "015")
