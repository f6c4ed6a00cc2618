"""Figures of the portal's measurement, and the readers that it sends."""

import asyncio
from typing import Any

import pytest

from hub.bench.browsing import Form, Line, form_of, get_request, post_request
from hub.bench.portal import portal_figures

_PARTS = ("look_up", "history", "sheet", "bundle", "check_bundle", "check_sheet")
_ADDRESS = "http://127.0.0.1:8088"


def a_run(**lines: list[list[Any]]) -> dict[str, dict[str, Any]]:
    """Return what the readers found: one quick good answer for each part that is not named."""
    return {name: {"lines": lines.get(name, [[0.0, 0.0, 0.01, 200, True]]), "cpu_s": 0.002} for name in _PARTS}


def test_clock_starts_at_the_intended_time_and_the_first_seconds_do_not_count() -> None:
    """A sender that is late hides nothing of what a reader waits."""
    lines = [[float(n), n + 0.5, n + 0.52, 303, True] for n in range(4)]
    found = portal_figures(a_run(look_up=lines), 2.0)
    assert (found["look_up_ms"]["count"], found["look_up_ms"]["p50"]) == (2, 520.0)
    assert found["sender_late_ms"]["p50"] == 500.0
    assert found["goals"]["look_up_p99_ms"] == {"goal": 50.0, "reached": False}
    assert found["goals"]["sheet_p99_ms"] == {"goal": 200.0, "reached": True}
    assert (found["rate_reached"], found["ok"]) == (1.0, True)


def test_wrong_answers_are_counted_by_status_warm_or_not() -> None:
    lines = [[0.0, 0.0, 0.1, 503, False], [9.0, 9.0, 9.1, 303, True], [9.5, 9.5, 9.6, 303, True]]
    found = portal_figures(a_run(look_up=lines), 5.0)
    assert (found["wrong_answers"]["look_up"], found["ok"]) == ({"503": 1}, False)


def test_reader_keeps_its_line_and_opens_it_again_when_the_portal_hangs_up() -> None:
    """Cookies and token of the first page are those of the next form."""
    page = b'<input name="token" value="' + b"ab" * 32 + b'">'
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nset-cookie: dau=1f; Path=/\r\n\r\n" % len(page)
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(head + page)
        await writer.drain()
        writer.close()

    async def run() -> Form:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, Line(address) as line:
            form = form_of(await line.ask(get_request(address, "/")))
            await line.ask(get_request(address, "/x", form.cookies))
        return form

    assert asyncio.run(run()) == Form({"dau": "1f"}, "ab" * 32)
    assert b"cookie: dau=1f\r\n" in asked[1]


@pytest.mark.parametrize("file", [None, b"%PDF-1.7"])
def test_form_is_sent_with_its_length(file: bytes | None) -> None:
    request = post_request(_ADDRESS, "/tra-cuu", Form({"dau": "1"}, "t"), {"birth": "01/02/2015"}, file=file)
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"content-length: %d" % len(body) in head
    assert (file or b"token=t&birth=01%2F02%2F2015") in body
