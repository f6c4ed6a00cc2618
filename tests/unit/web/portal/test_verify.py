"""Whatever is uploaded gets a verdict in plain words; what Bộ has replaced is not called valid."""

import asyncio

import pytest

from hub.print import SHEET_BYTES_MAX
from hub.print.parts import parts_of
from tests.unit.print.sheets import good_sheet
from tests.unit.web.portal.world import YEAR, World, bundles


async def verdict_of(world: World, data: bytes, name: str = "x.pdf") -> tuple[str, str]:
    reader = world.reader()
    await reader.get("/kiem-tra")
    answer = await reader.send("/kiem-tra", files={"file": (name, data)})
    assert answer.status_code == 200, answer.text
    found = answer.text.partition('data-verdict="')[2].partition('"')[0]
    return found, answer.text


def only_first(world: World) -> World:
    world.store.record.found = world.store.record.found[:1]
    return world


def test_good_sheet_is_valid_and_one_changed_byte_is_not() -> None:
    good = good_sheet("bo")

    async def main() -> None:
        world = only_first(World())
        assert (await verdict_of(world, good))[0] == "valid"
        at = good.index(b"endobj") - 3
        changed = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
        verdict, text = await verdict_of(world, changed)
        assert verdict == "invalid"
        assert "SHEET_" in text
        world.portal.checks.close()

    asyncio.run(main())


def test_evidence_file_is_checked_and_its_findings_told() -> None:
    async def main() -> None:
        world = only_first(World())
        (_, good), _ = bundles()
        assert (await verdict_of(world, good, "x.json"))[0] == "valid"
        verdict, text = await verdict_of(world, good.replace(b'"later"', b'"latex"'), "x.json")
        assert (verdict, "BUNDLE_DIGEST_DIFFERS" in text) == ("invalid", True)

    asyncio.run(main())


def test_proof_that_bo_has_overtaken_is_superseded() -> None:
    """The file itself cannot know: it was made before."""

    async def main() -> None:
        (_, good), _ = bundles()
        verdict, text = await verdict_of(World(), good, "x.json")
        assert (verdict, "phiên bản 2" in text) == ("superseded", True)

    asyncio.run(main())


@pytest.mark.parametrize("data", [b"x", b"%PDF-1.7\n", b"{}", b"[" * 5000, b"\xff" * 100])
def test_hostile_bytes_are_invalid_and_never_an_error(data: bytes) -> None:
    async def main() -> None:
        world = World()
        assert (await verdict_of(world, data))[0] == "invalid"
        world.portal.checks.close()

    asyncio.run(main())


def test_qr_text_tells_which_version_the_paper_is() -> None:
    qr = parts_of(good_sheet("bo")).qr

    async def main() -> None:
        world = only_first(World())
        reader = world.reader()
        await reader.get("/kiem-tra")
        answer = await reader.send("/kiem-tra", files={"file": ("", b"")}, qr=qr)
        assert 'data-verdict="valid"' in answer.text
        for told in (YEAR.replace("-", "–"), "Sở Giáo dục và Đào tạo Hà Nội", "cả năm", "20/06/2026"):
            assert told in answer.text, told
        again = World().reader()
        await again.get("/kiem-tra")
        assert 'data-verdict="superseded"' in (await again.send("/kiem-tra", files={"file": ("", b"")}, qr=qr)).text

    asyncio.run(main())


@pytest.mark.parametrize("change", [lambda t: t[:-6] + "AAAAAA", lambda t: "https://x/#a~b", lambda t: "nothing"])
def test_qr_text_that_was_changed_is_invalid(change) -> None:  # type: ignore[no-untyped-def]
    qr = change(parts_of(good_sheet("bo")).qr)

    async def main() -> None:
        reader = World().reader()
        await reader.get("/kiem-tra")
        answer = await reader.send("/kiem-tra", files={"file": ("", b"")}, qr=qr)
        assert 'data-verdict="invalid"' in answer.text

    asyncio.run(main())


def test_nothing_sent_is_told() -> None:
    async def main() -> None:
        reader = World().reader()
        await reader.get("/kiem-tra")
        answer = await reader.send("/kiem-tra", files={"file": ("", b"")})
        assert (answer.status_code, "PORTAL_UPLOAD_EMPTY" in answer.text) == (422, True)

    asyncio.run(main())


def test_printed_sheet_is_valid_here() -> None:
    async def main() -> None:
        world = World()
        reader = world.reader()
        await reader.look_up()
        answer = await reader.get(f"/hoc-ba/{YEAR}/year/2/to.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert (await verdict_of(world, answer.content))[0] == "valid"
        world.portal.checks.close()

    asyncio.run(main())


def test_upload_is_refused_by_its_stated_size_before_it_is_read() -> None:
    async def main() -> None:
        reader = World().reader()
        await reader.get("/kiem-tra")

        async def body():  # type: ignore[no-untyped-def]
            raise AssertionError("was read")
            yield b""

        size = str(SHEET_BYTES_MAX + 1_000_000)
        kind = {"content-type": "multipart/form-data; boundary=x"}
        answer = await reader.client.post("/kiem-tra", content=body(), headers={"content-length": size} | kind)
        assert answer.status_code == 413

    asyncio.run(main())
