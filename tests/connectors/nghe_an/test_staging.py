"""Answers in the staging schema: once each, a group at once, and nowhere else."""

import asyncio
import socket
import time
from pathlib import Path

import psycopg
import pytest

from hub.connectors.nghe_an import session
from hub.connectors.sdk import Answer, Opened
from hub.domain import canonical
from hub.errors import Refused, Unavailable
from tests.connectors.nghe_an.systems import Reader, a_connector, documents, playing


def an_answer(number=1, **more):
    """Return an answer about the first record."""
    fields = {
        "answer_id": f"{number:064x}", "kind": "receipt", "group": "g", "school": "40020001",
        "school_year": "2025-2026",
        "at": "2026-07-01T02:00:00Z", "outcome": "accepted", "record_key": "NA-1",
        "findings": ({"code": "X", "path": "$", "severity": "warn", "vi": "Lỗi.", "next_vi": "Sửa."},),
    }  # fmt: skip
    return Answer(**(fields | more))


async def write(settings, *answers):
    """Write a group with a sink that knows nothing of others."""
    await a_connector().sink(Opened(settings, Path("/nonexistent"), time.monotonic)).write(answers)


def test_each_answer_stands_there_once_in_the_table_of_its_kind():
    """Written again after a kill, it is the same row; documents are in the system's own form."""

    async def run():
        async with playing() as system:
            text = canonical(documents()[0]).decode()
            group = (
                an_answer(1), an_answer(2, kind="correction", outcome="corrected", documents=(text,)),
                an_answer(3, kind="incoming_pupil", outcome="incoming", record_key=None, documents=(text,)),
                an_answer(4, outcome="locked", request="17"),
            )  # fmt: skip
            for _ in range(2):
                await write(system.settings, *group)
            await write(system.settings, an_answer(5, outcome="accepted", request="17"))
            held = {row["kind"]: row for row in system.answers()}
            assert len(system.answers()) == 4
            assert (held["receipt"]["ket_qua"], "Sửa." in held["receipt"]["loi"]) == ("da_nhan", True)
            assert documents()[0].student.name in held["correction"]["hoc_ba"]
            assert (held["unlock"]["ma_yeu_cau"], held["unlock"]["ket_qua"]) == ("17", "da_khoa")

    asyncio.run(run())


def test_a_group_is_written_whole_or_not_at_all():
    """A row that the database does not take leaves none of its group."""

    async def run():
        async with playing() as system:
            with pytest.raises(Refused):
                await write(system.settings, an_answer(1), an_answer(2, at="\0"))
            assert system.answers() == []

    asyncio.run(run())


def test_roles_have_the_rights_that_they_need_and_no_others():
    """The writer reads and writes no table of the province; the reader writes nothing and sees no telephone number."""

    async def run():
        async with playing() as system:
            there, passfile = system.settings["database"], system.settings["database"]["password_file"]
            for address, statement in (
                (there["write_url"], "UPDATE hoc_ba.ho_so SET lop = 'x'"),
                (there["write_url"], "SELECT ho_ten FROM hoc_ba.hoc_sinh"),
                (there["write_url"], "UPDATE hub_den.bien_nhan SET ket_qua = 'x'"),
                (there["write_url"], "CREATE TABLE hub_den.khac (t text)"),
                (there["url"], "INSERT INTO hub_den.bien_nhan (ma_tra_loi) VALUES ('1')"),
                (there["url"], "DELETE FROM hoc_ba.ho_so"),
                (there["url"], "SELECT so_dien_thoai FROM hoc_ba.hoc_sinh"),
                (there["url"], "CREATE TABLE public.khac (t text)"),
            ):
                async with await psycopg.AsyncConnection.connect(address, passfile=passfile) as connection:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        await connection.execute(statement)

    asyncio.run(run())


def test_what_is_wrong_with_the_staging_schema_holds_every_answer():
    """A missing table, a missing right, a wrong password: none of it is about one answer."""

    async def run():
        async with playing() as system:
            await system.run("ALTER TABLE hub_den.bien_nhan RENAME TO bien_nhan_cu")
            assert await refusal(write(system.settings, an_answer())) == "SYSTEM_STAGING_MISSING"
            await system.run("ALTER TABLE hub_den.bien_nhan_cu RENAME TO bien_nhan")
            await system.run("REVOKE INSERT ON hub_den.bien_nhan FROM hub_ghi")
            assert await refusal(write(system.settings, an_answer())) == "SYSTEM_REFUSES_ACCESS"
            await system.run("ALTER ROLE hub_ghi PASSWORD 'khac'")
            assert await refusal(write(system.settings, an_answer())) == "SYSTEM_REFUSES_LOGIN"
            await system.run("ALTER ROLE hub_doc NOREPLICATION")
            assert await refusal(Reader(system.settings).page()) == "SYSTEM_REFUSES_ACCESS"

    asyncio.run(run())


def test_a_server_that_hears_and_never_answers_is_left(monkeypatch):
    """No step of the runner stands still for it."""
    monkeypatch.setattr(session, "_SESSION_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"postgresql://hub_doc@127.0.0.1:{deaf.getsockname()[1]}/nghe_an"
        assert asyncio.run(refusal(Reader({"database": {"url": url}}).page())) == "SYSTEM_UNREACHABLE"


async def refusal(pull):
    """Return the code with which something ends."""
    with pytest.raises((Refused, Unavailable)) as refused:
        await pull
    return refused.value.code
