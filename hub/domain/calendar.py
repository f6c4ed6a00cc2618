"""Lịch nghỉ: national holidays of the school years 2020-2021 to 2027-2028, and which day is a working day.

Legal source: Bộ luật Lao động 2019, Điều 112 (the days); Điều 111: one on a Saturday or Sunday is made up for on the
next working day [assumed: from memory]. Tết of 2027 and 2028 and the second day of Quốc khánh 2027 follow the years
before [assumed]. What Bộ or a Sở decides besides comes in with the register. Later years know week ends only, until
rows stand here.
"""

from collections.abc import Iterator, Mapping, Set
from datetime import date, timedelta
from types import MappingProxyType

__all__ = ["HOLIDAYS", "next_working_day"]

_DAY = timedelta(days=1)
_SATURDAY = 5

# First day, number of days by law, name. Quốc khánh had one day before Bộ luật Lao động 2019 (in force 1/1/2021).
_TABLE = """
2020-09-02 1 Quốc khánh|
2021-01-01 1 Tết Dương lịch|2021-02-10 5 Tết Nguyên đán|2021-04-21 1 Giỗ Tổ Hùng Vương|2021-04-30 1 Ngày Chiến thắng|
2021-05-01 1 Quốc tế lao động|2021-09-02 2 Quốc khánh|
2022-01-01 1 Tết Dương lịch|2022-01-31 5 Tết Nguyên đán|2022-04-10 1 Giỗ Tổ Hùng Vương|2022-04-30 1 Ngày Chiến thắng|
2022-05-01 1 Quốc tế lao động|2022-09-01 2 Quốc khánh|
2023-01-01 1 Tết Dương lịch|2023-01-20 5 Tết Nguyên đán|2023-04-29 1 Giỗ Tổ Hùng Vương|2023-04-30 1 Ngày Chiến thắng|
2023-05-01 1 Quốc tế lao động|2023-09-01 2 Quốc khánh|
2024-01-01 1 Tết Dương lịch|2024-02-08 5 Tết Nguyên đán|2024-04-18 1 Giỗ Tổ Hùng Vương|2024-04-30 1 Ngày Chiến thắng|
2024-05-01 1 Quốc tế lao động|2024-09-02 2 Quốc khánh|
2025-01-01 1 Tết Dương lịch|2025-01-27 5 Tết Nguyên đán|2025-04-07 1 Giỗ Tổ Hùng Vương|2025-04-30 1 Ngày Chiến thắng|
2025-05-01 1 Quốc tế lao động|2025-09-01 2 Quốc khánh|
2026-01-01 1 Tết Dương lịch|2026-02-16 5 Tết Nguyên đán|2026-04-26 1 Giỗ Tổ Hùng Vương|2026-04-30 1 Ngày Chiến thắng|
2026-05-01 1 Quốc tế lao động|2026-09-01 2 Quốc khánh|
2027-01-01 1 Tết Dương lịch|2027-02-04 5 Tết Nguyên đán|2027-04-16 1 Giỗ Tổ Hùng Vương|2027-04-30 1 Ngày Chiến thắng|
2027-05-01 1 Quốc tế lao động|2027-09-02 2 Quốc khánh|
2028-01-01 1 Tết Dương lịch|2028-01-24 5 Tết Nguyên đán|2028-04-04 1 Giỗ Tổ Hùng Vương|2028-04-30 1 Ngày Chiến thắng|
2028-05-01 1 Quốc tế lao động
"""


def _by_law() -> Iterator[tuple[date, str]]:
    for cell in _TABLE.replace("\n", "").split("|"):
        first, count, name = cell.split(" ", 2)
        for n in range(int(count)):
            yield date.fromisoformat(first) + n * _DAY, name


def _first_free(day: date, *taken: Set[date]) -> date:
    """Return the day itself, or the first one after it that is no week end and in none of the sets."""
    while day.weekday() >= _SATURDAY or any(day in days for days in taken):
        day += _DAY
    return day


def _with_substitutes(by_law: Mapping[date, str]) -> dict[date, str]:
    """Add, for each holiday on a week end, the next day that is neither week end nor holiday nor taken already."""
    days = dict(by_law)
    for day in sorted(by_law):
        if day.weekday() >= _SATURDAY:
            days[_first_free(day, days.keys())] = f"Nghỉ bù {by_law[day]}"
    return days


HOLIDAYS: Mapping[date, str] = MappingProxyType(_with_substitutes(dict(_by_law())))


def next_working_day(day: date, days_off: Set[date] = frozenset()) -> date:
    """Return the first day from a civil date on that is no week end, no holiday and none of the further `days_off`."""
    return _first_free(day, HOLIDAYS.keys(), days_off)
