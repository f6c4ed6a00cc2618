"""Tables that several commands show: schools of each province, the history of one pupil."""

from dataclasses import asdict
from typing import Any

from rich.table import Table

from hub.domain import read
from hub.domain.locator import printed
from hub.local.demo import Balance
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.store import open_connection
from hub.store.queries import queries_of

__all__ = ["history_table", "schools_table", "versions_table"]

_SQL = queries_of("so")
_COLUMNS = ("submitted", "unchanged", "refused", "recalled", "replaced", "locked", "open")


def schools_table(hub: LocalHub) -> Table:
    """Return what every school handed in and where it stands."""
    table = Table(title="Theo Sở và trường / by province and school")
    table.add_column("Sở")
    table.add_column("Trường")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for so in hub.slugs:
        with open_connection(hub.so_url(so)) as connection:
            for school, *counts in connection.execute(_SQL["count_by_school"]):
                table.add_row(so, school, *(str(count) for count in counts))
    return table


def balance_table(balance: Balance) -> Table:
    """Return the balance: every transcript in exactly one place."""
    table = Table(title="Đối soát / balance (transcripts; quarantined: messages)")
    shown = {name: value for name, value in asdict(balance).items() if name != "problems"}
    for name in shown:
        table.add_column(name, justify="right")
    table.add_row(*(str(value) for value in shown.values()))
    return table


def history_table(hub: LocalHub, population: Population) -> Table:
    """Return the history of the first pupil who has more than one year, over all versions."""
    submission = next(population.submissions())
    student = submission.transcripts[0].student
    with open_connection(hub.so_url(submission.so)) as connection:
        rows = connection.execute(_SQL["history_by_student"], (submission.school, student.student_code)).fetchall()
    return versions_table(rows)


def versions_table(rows: list[Any]) -> Table:
    """Return versions of one pupil's học bạ: year, school, state, effective date, marks."""
    locator = next((row[6] for row in rows if row[6]), None)
    table = Table(title=f"Học bạ — mã tra cứu {printed(locator)}" if locator else "Học bạ — chưa chốt")
    for column in ("Năm học", "Lớp", "Trường", "Bản", "Trạng thái", "Ngày hiệu lực", "Kết quả"):
        table.add_column(column)
    for document, state, version, _, effective_on, *_ in rows:
        t = read(document).transcript
        if t is not None:
            table.add_row(
                t.school_year, t.class_, t.school.name, str(version), state, str(effective_on or "—"), _marks(t)
            )
    return table


def _marks(transcript: Any) -> str:
    shown = []
    for subject in transcript.subjects:
        value = [str(v) for v in (subject.level, subject.score, subject.year) if isinstance(v, str)]
        shown.append(f"{subject.code} {'/'.join(value)}")
    return ", ".join(shown)
