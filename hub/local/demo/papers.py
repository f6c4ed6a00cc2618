"""Học bạ giấy trong câu chuyện: two records of years that no system has, typed from a scan and sealed by the Sở."""

import zlib
from pathlib import Path

from hub.client import JudgedRow, Outbound, Rounds, judge_document, prepare_batch, read_paper, seal_batch
from hub.client.submitting import kept_outbounds
from hub.domain import canonical, civil_date
from hub.local.population import Credentials, Level, Population
from hub.local.population.submissions import transcripts_before

__all__ = ["PAPER_COUNT", "papers_outbounds"]

PAPER_COUNT = 2
_YEARS_AGO = 2  # systems hold this year and the one before


def papers_outbounds(population: Population, so: str, folder: Path, credentials: Credentials) -> list[Outbound]:
    """Type two transcripts of grade 4 from a picture of nothing, seal them as the Sở, and return what is sent."""
    schools = {s.level: s for s in reversed(population.schools()) if s.so == so}
    school, now_at = schools[Level.PRIMARY], schools[Level.LOWER_SECONDARY]
    every = transcripts_before(population.seed, school, now_at, population.school_year, _YEARS_AGO)
    found = every[:PAPER_COUNT]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hoc-ba.png").write_bytes(_grey_picture(60, 80))
    today = civil_date(population.at)
    rows = [judge_document("hoc-ba", canonical(t), today) for t in found]
    made = prepare_batch(_in_order(rows), folder / "lo", Rounds(), paper=read_paper(folder / "hoc-ba.png"))
    assert made.batch is not None, [row.shown() for row in made.rows]
    seal_batch(made.batch, credentials(f"DAU-{so}"), population.at)
    outbounds = kept_outbounds(made.batch, so)
    assert outbounds is not None
    return outbounds


def _in_order(rows: list[JudgedRow]) -> list[JudgedRow]:
    return [
        JudgedRow(r.file, r.findings, r.verdict, "", n, r.transcript, r.document) for n, r in enumerate(rows, start=1)
    ]


def _grey_picture(width: int, height: int) -> bytes:
    """Return a PNG that shows nothing."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\x00" + b"\xd0" * width) * height)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big") for name, data in chunks
    )
