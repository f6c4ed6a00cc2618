"""Every page: small, in both languages, without a script or style of its own, and with the headers that forbid them."""

import asyncio
import re
from datetime import date

import pytest

from hub.domain.transcript import Basis
from tests.unit.evidence.builders import a_locked
from tests.unit.web.portal.test_sharing import agreed, shared
from tests.unit.web.portal.world import NAME, YEAR, World, stored

PAGES = ["/", "/kiem-tra", "/hoc-ba", "/hoc-ba?tai-ngay=21/06/2026", f"/hoc-ba/{YEAR}", f"/hoc-ba/{YEAR}/year/1",
         "/ai-da-xem", "/chia-se", "/chuyen-truong", "/chuyen-truong/moi?den-so=nghe-an",
         "/nhan/00000000-0000-4000-8000-000000000000", "/nowhere"]  # fmt: skip
BYTES_MAX = 100_000
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


async def opened() -> tuple[World, object]:
    world = World()
    reader = world.reader()
    await reader.look_up()
    return world, reader


@pytest.mark.parametrize("path", PAGES)
def test_page_is_small_and_strict(path: str) -> None:
    async def main() -> None:
        _, reader = await opened()
        answer = await reader.get(path)
        assert answer.status_code == (404 if path == "/nowhere" else 200)
        assert len(answer.content) < BYTES_MAX
        assert answer.headers["content-security-policy"] == CSP
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "permissions-policy" in answer.headers
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src)", answer.text)
        assert '<html lang="vi">' in answer.text
        assert answer.text.count("<h1") == 1
        assert "<title>" in answer.text

    asyncio.run(main())


@pytest.mark.parametrize("path", PAGES)
def test_page_speaks_english_too_and_remembers(path: str) -> None:
    async def main() -> None:
        _, reader = await opened()
        mark = "&" if "?" in path else "?"
        assert '<html lang="en">' in (await reader.get(f"{path}{mark}lang=en")).text
        assert '<html lang="en">' in (await reader.get(path)).text
        assert '<html lang="vi">' in (await reader.get(f"{path}{mark}lang=vi")).text

    asyncio.run(main())


def test_every_field_has_a_label() -> None:
    async def main() -> None:
        _, reader = await opened()
        for path in PAGES[:-1]:
            text = (await reader.get(path)).text
            fields = re.findall(
                r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|checkbox|radio)")[^>]* id="([^"]+)"', text
            )
            assert set(fields) <= set(re.findall(r'<label for="([^"]+)"', text)), path

    asyncio.run(main())


def test_history_tells_years_evidence_province_and_place() -> None:
    async def main() -> None:
        _, reader = await opened()
        text = (await reader.get("/hoc-ba")).text
        for told in (
            NAME,
            "2025–2026",
            "Trường Tiểu học Mẫu 1",
            "Hà Nội",
            "23/06/2026",
            "Ký số trực tiếp",
            "mục 9",
            "bản trước",
        ):
            assert told in text, told
        assert "20/06/2026 – 23/06/2026" in text

    asyncio.run(main())


@pytest.mark.parametrize(("day", "version"), [("22/06/2026", "1"), ("2026-06-23", "2")])
def test_history_as_of_a_date_has_what_was_in_force(day: str, version: str) -> None:
    async def main() -> None:
        _, reader = await opened()
        text = (await reader.get("/hoc-ba", params={"tai-ngay": day})).text
        assert f"/hoc-ba/{YEAR}/year/{version}?truong=" in text
        assert f"/hoc-ba/{YEAR}/year/{3 - int(version)}/to.pdf" not in text

    asyncio.run(main())


def test_history_before_the_first_lock_is_empty_and_says_so() -> None:
    async def main() -> None:
        _, reader = await opened()
        assert 'id="trong"' in (await reader.get("/hoc-ba?tai-ngay=19/06/2026")).text
        assert (await reader.get("/hoc-ba?tai-ngay=31/02/2026")).status_code == 422

    asyncio.run(main())


def test_superseded_version_says_so_and_stays_readable() -> None:
    async def main() -> None:
        _, reader = await opened()
        assert 'id="da-thay"' in (await reader.get(f"/hoc-ba/{YEAR}/year/1")).text
        now = (await reader.get(f"/hoc-ba/{YEAR}")).text
        assert 'id="da-thay"' not in now
        assert "Điểm đã điều chỉnh" in now
        assert "Học bạ tiểu học" in now

    asyncio.run(main())


@pytest.mark.parametrize("path", [f"/hoc-ba/{YEAR}/year/3", "/hoc-ba/1999-2000", f"/hoc-ba/{YEAR}/semester_1/1"])
def test_version_that_is_not_there_is_told(path: str) -> None:
    async def main() -> None:
        _, reader = await opened()
        assert (await reader.get(path)).status_code == 404

    asyncio.run(main())


def test_every_read_is_shown_to_the_family() -> None:
    async def main() -> None:
        world, reader = await opened()
        await reader.get("/hoc-ba")
        await reader.get(f"/hoc-ba/{YEAR}")
        await reader.get(f"/hoc-ba/{YEAR}/year/1/bang-chung.json")
        assert [row.what for row in world.store.rows] == ["bundle", "year", "history"]
        text = (await reader.get("/ai-da-xem")).text
        assert "Tải tệp bằng chứng" in text
        assert "01/07/2026 10:00" in text

    asyncio.run(main())


def test_names_are_escaped() -> None:
    """A recipient's name is a stranger's text."""

    async def main() -> None:
        world, reader = await opened()
        await agreed(world, reader)
        await shared(reader, recipient="<b onclick=1>X</b>")
        text = (await reader.get("/chia-se")).text
        assert "&lt;b onclick=1&gt;X" in text
        assert "<b onclick" not in text

    asyncio.run(main())


def test_static_files_are_small() -> None:
    async def main() -> None:
        reader = World().reader()
        for path in ("/tinh/portal.css", "/tinh/portal.js"):
            answer = await reader.get(path)
            assert answer.status_code == 200
            assert len(answer.content) < 16_000

    asyncio.run(main())


def test_year_after_a_transfer_in_the_middle_of_it_tells_who_answers_for_which_semester() -> None:
    """In the list of years and on the year's own page; a year of one school says nothing of it."""

    async def main() -> None:
        world, reader = await opened()
        assert "data-semester" not in (await reader.get("/hoc-ba")).text
        basis = (Basis(document_sha256="ab" * 32, period="semester_1", school="4001007"),)
        world.store.record.found = [stored(a_locked(basis=basis), date(2026, 6, 20), 4)]
        text = (await reader.get("/hoc-ba")).text
        assert re.search(r"<dd data-semester>[^<]*4001007</dd>", text)
        page = (await reader.get(f"/hoc-ba/{YEAR}/year/1")).text
        assert "Trách nhiệm theo học kì" in page
        assert "Trường có mã 4001007" in page

    asyncio.run(main())
