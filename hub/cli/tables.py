"""Tables that several commands show: schools of each province, the history of one pupil."""

from dataclasses import asdict

from rich.console import Group
from rich.table import Table
from rich.text import Text

from hub.client import History, Version, find_by_student, marks_of
from hub.domain import civil_date
from hub.local.demo import Balance
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.store import open_connection
from hub.store.queries import queries_of
from hub.trust import GRADES

__all__ = ["balance_table", "history_of", "history_table", "schools_table"]

_SQL = queries_of("so")
_STATES = {
    "open": "đã nhận", "pending": "chờ xác minh", "held": "tạm giữ", "recalled": "đã thu hồi", "replaced": "đã thay",
    "refused": "từ chối", "locked": "đã chốt", "superseded": "đã có bản mới",
}  # fmt: skip
_COLUMNS = ("submitted", "unchanged", "refused", "recalled", "replaced", "locked", "open")


def schools_table(hub: LocalHub) -> Table:
    """Return what every school handed in and where it stands."""
    table = Table(title="Theo Sở và trường / by province and school")
    table.add_column("Sở", no_wrap=True)
    table.add_column("Trường", no_wrap=True)
    for column in _COLUMNS:
        table.add_column(column, justify="right", overflow="fold")
    for so in hub.slugs:
        with open_connection(hub.so_url(so)) as connection:
            for school, *counts in connection.execute(_SQL["count_by_school"]):
                table.add_row(so, school, *(str(count) for count in counts))
    return table


def balance_table(balance: Balance) -> Table:
    """Return the balance: every transcript in exactly one place."""
    table = Table(title="Đối soát / balance", show_header=False)
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    for name, value in asdict(balance).items():
        if name not in {"problems", "provinces", "evidence", "closed"}:
            table.add_row(name, str(value))
    for grade in GRADES:
        counts = [str(of.get(grade, 0)) for of in balance.evidence.values()]
        table.add_row(f"{grade}: {' / '.join(balance.evidence)}", " / ".join(counts))
    return table


def history_table(hub: LocalHub, population: Population) -> Group:
    """Return the history of the population's first pupil."""
    submission = next(population.submissions())
    student = submission.transcripts[0].student
    urls = {so: hub.so_url(so) for so in hub.slugs}
    return history_of(find_by_student(submission.school, student.student_code, urls, hub.bo_url))


def history_of(history: History) -> Group:
    """Return versions of one pupil's học bạ: year, school, state, effective date, whether Bộ has it; marks below."""
    table = Table(title=f"Học bạ — mã tra cứu {history.locator}" if history.locator else "Học bạ — chưa chốt")
    for column in ("Năm học", "Lớp", "Trường", "Bản", "Chứng cứ", "Trạng thái", "Ngày hiệu lực", "Bộ"):
        table.add_column(column, no_wrap=column not in {"Trường", "Trạng thái", "Ngày hiệu lực"})
    for v in history.versions:
        t = v.transcript
        at_bo = "—" if v.ingested_at is None else str(civil_date(v.ingested_at))
        state = f"{_STATES.get(v.state, v.state)} ({v.state})"
        if v.superseded_on is not None:
            state += f" {v.superseded_on}"
        table.add_row(
            t.school_year, t.class_, t.school.name, _number(v), v.evidence, state, str(v.effective_on or "—"), at_bo
        )
    ends = (Text(f"Nhật ký đã đóng / closed log: {so} → {follows}") for so, follows in history.closed.items())
    return Group(table, *(_marks(v) for v in history.versions), *ends)


def _number(version: Version) -> str:
    """Return the number of a version, and the beginning of the hash of the one that it replaced."""
    return str(version.version) if version.supersedes is None else f"{version.version} ← {version.supersedes[:8]}"


def _marks(version: Version) -> Text:
    t = version.transcript
    marks = ", ".join(f"{code} {'/'.join(values.values())}" for code, values in marks_of(t).items())
    return Text(f"{t.school_year} {t.period} v{version.version}: {marks}")
