"""Logical replication of a real server: nothing that is committed is missed, whatever happens to reader and server."""

import asyncio

import psycopg
import pytest

from hub.connect.check.subject import context_of
from hub.connectors.nghe_an import session
from hub.connectors.simulating import Faults
from hub.errors import Refused, Unavailable
from tests.connectors.nghe_an.systems import COUNT, Reader, a_connector, documents, playing

BEHIND = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) FROM pg_replication_slots"
CLASS = "UPDATE hoc_ba.ho_so SET lop = %(lop)s WHERE ma_ho_so = %(key)s"


def ran(scenario):
    """Run one scenario against a system of its own."""

    async def run():
        async with playing() as system:
            await scenario(system, Reader(system.settings))

    asyncio.run(run())


def code_of(pull):
    """Return the refusal of a pull."""

    async def run():
        with pytest.raises((Refused, Unavailable)) as refused:
            await pull
        return refused.value

    return run()


def test_everything_is_read_and_gives_the_documents_that_were_laid_in():
    """In small pages, each from a source that knows nothing but the cursor."""

    async def scenario(system, reader):
        await reader.all(limit=5)
        context = context_of(documents())
        made = [a_connector().mapper.forward(record, context).transcript for record in reader.records]
        assert sorted(reader.keys) == sorted(system.keys)
        assert set(made) == set(documents())
        assert (await reader.all()).records == []

    ran(scenario)


def test_a_change_of_any_table_brings_the_record_as_it_is_now():
    """A mark, a quality, the pupil, the school: each touches the records that it is about."""

    async def scenario(system, reader):
        await reader.all()
        first, second = system.keys[:2]
        await system.run("UPDATE hoc_ba.diem_mon SET nhan_xet = 'Tiến bộ.' WHERE ma_ho_so = %(key)s", key=first)
        assert set((await reader.all()).keys) == {first}
        assert "Tiến bộ." in str(reader.records[0].value)
        await system.run(
            "UPDATE hoc_ba.hoc_sinh SET dan_toc = 'Mông' "
            "WHERE id = (SELECT hoc_sinh_id FROM hoc_ba.ho_so WHERE ma_ho_so = %(key)s)",
            key=second,
        )
        assert second in (await reader.all()).keys
        await system.run("UPDATE hoc_ba.truong SET ma_tinh = '41'")
        assert set((await reader.all()).keys) == set(system.keys)

    ran(scenario)


def test_what_is_read_and_not_stored_is_read_again():
    """Peek, store, advance: a process that dies before it stored a page loses nothing."""

    async def scenario(system, reader):
        await reader.all()
        await system.run(CLASS, lop="9Z", key=system.keys[0])
        kept = reader.cursor
        assert (await reader.all()).keys == [system.keys[0]]
        again = Reader(system.settings, kept)
        assert (await again.all()).keys == [system.keys[0]]

    ran(scenario)


def test_a_transaction_that_is_committed_late_is_read_when_it_is_committed():
    """Others go on meanwhile; the slot holds its log back."""

    async def scenario(system, reader):
        await reader.all()
        async with await psycopg.AsyncConnection.connect(system.address) as late:
            await late.execute(CLASS, {"lop": "9L", "key": system.keys[0]})
            await system.run(CLASS, lop="9E", key=system.keys[1])
            assert (await reader.all()).keys == [system.keys[1]]
            assert (await reader.all()).keys == []
        assert (await reader.all()).keys == [system.keys[0]]
        assert reader.records[0].value["lop"] == "9L"

    ran(scenario)


def test_a_slot_that_cannot_be_made_yet_says_why(monkeypatch):
    """The server waits for every transaction that is open; nothing is left of the attempt."""
    monkeypatch.setattr(session, "_STATEMENT_S", 1)

    async def scenario(system, reader):
        async with await psycopg.AsyncConnection.connect(system.address) as open_for_long:
            await open_for_long.execute(CLASS, {"lop": "9L", "key": system.keys[0]})
            assert (await code_of(reader.page())).code == "SLOT_WAITS"
        assert set((await reader.all()).keys) == set(system.keys)
        assert "9L" in {record.value["lop"] for record in reader.records}

    ran(scenario)


def test_a_deleted_record_a_new_key_and_an_emptied_table_are_told():
    """They are not silently lost: the hub keeps what it has, and people learn of it."""

    async def scenario(system, reader):
        await reader.all()
        await system.run("DELETE FROM hoc_ba.ho_so WHERE ma_ho_so = %(key)s", key=system.keys[0])
        await reader.all()
        (gone,) = reader.records
        assert (gone.key, gone.value, [f.code for f in gone.findings]) == (
            system.keys[0],
            None,
            ["SOURCE_RECORD_DELETED"],
        )
        await system.run("UPDATE hoc_ba.ho_so SET ma_ho_so = 'NA-MOI' WHERE ma_ho_so = %(key)s", key=system.keys[1])
        await reader.all()
        assert "SOURCE_KEY_CHANGED" in reader.codes
        assert {(record.key, record.value is None) for record in reader.records} == {
            (system.keys[1], True),
            ("NA-MOI", False),
        }
        await system.run("TRUNCATE hoc_ba.diem_mon")
        await reader.all()
        assert "SOURCE_TABLE_EMPTIED" in reader.codes
        assert len(reader.keys) == COUNT - 1

    ran(scenario)


def test_a_transaction_that_touches_very_many_records_is_read_page_by_page():
    """The cursor stays small, and every record comes."""

    async def scenario(system, reader):
        await reader.all()
        await system.run(
            "INSERT INTO hoc_ba.ho_so (ma_ho_so, hoc_sinh_id, ma_truong, nam_hoc, ky, khoi) "
            "SELECT 'NA-X-' || n, 1, '40020001', '2025-2026', 'CN', 1 FROM generate_series(1, 5100) n"
        )
        page = await reader.page(200)
        assert len(page.cursor) < 1_000
        await reader.all(200)
        assert len(set(reader.keys) | {r.key for r in page.records}) == 5100 + COUNT

    ran(scenario)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("ALTER TABLE hoc_ba.diem_mon ADD COLUMN diem_moi text", "diem_mon.diem_moi is new"),
        ("ALTER TABLE hoc_ba.hoc_sinh RENAME COLUMN dan_toc TO dan_toc_2", "hoc_sinh.dan_toc is missing"),
        ("ALTER TABLE hoc_ba.khoa_so ALTER COLUMN nguoi_khoa TYPE varchar(9)", "nguoi_khoa is character varying(9)"),
        ("DROP TABLE hoc_ba.dot_nhap_diem CASCADE", "no table dot_nhap_diem"),
        ("ALTER PUBLICATION hub_nghe_an DROP TABLE hoc_ba.diem_mon", "publication hub_nghe_an: no diem_mon"),
        ("ALTER PUBLICATION hub_nghe_an SET (publish = 'insert')", "publication hub_nghe_an: not every change"),
        ("DROP PUBLICATION hub_nghe_an", "publication hub_nghe_an: it is missing"),
    ],
)  # fmt: skip
def test_tables_that_look_different_stop_before_a_row_is_read(statement, said):
    """What differs is named; nothing was advanced, so that nothing is missed when it is mended."""

    async def scenario(system, reader):
        await reader.all()
        await system.run(CLASS, lop="9Z", key=system.keys[0])
        await system.run(statement)
        refused = await code_of(reader.page())
        assert (refused.code, said in refused.facts["difference"]) == ("SCHEMA_DRIFT", True), refused.facts

    ran(scenario)


def test_a_slot_that_is_gone_stops_and_a_new_beginning_reads_everything():
    """To go on would miss what was committed meanwhile; without a cursor a new slot is made."""

    async def scenario(system, reader):
        await reader.all()
        await system.run("SELECT pg_drop_replication_slot('hub_nghe_an')")
        await system.run(CLASS, lop="9Z", key=system.keys[0])
        assert (await code_of(reader.page())).code == "SLOT_LOST"
        anew = Reader(system.settings)
        assert set((await anew.all()).keys) == set(system.keys)
        await system.run(CLASS, lop="9Y", key=system.keys[0])
        assert (await anew.all()).keys == [system.keys[0]]

    ran(scenario)


def test_a_slot_that_the_server_gave_up_stops():
    """max_slot_wal_keep_size protects the province's disk at this price."""

    async def scenario(system, reader):
        await reader.all()
        await system.run("CREATE TABLE public.khac (t text)")
        for _ in range(2):
            await system.run("INSERT INTO public.khac SELECT repeat(md5(n::text), 40) FROM generate_series(1, 60000) n")
            await system.run("SELECT pg_switch_wal()")
            await system.run("CHECKPOINT")
        refused = await code_of(reader.page())
        assert (refused.code, refused.facts["reason"]) == ("SLOT_LOST", "wal_removed")
        assert set((await Reader(system.settings).all()).keys) == set(system.keys)

    ran(scenario)


def test_a_slot_that_went_on_without_us_is_told_and_everything_read():
    """Somebody else used it, or our state is an older copy: what lies between is not kept any more."""

    async def scenario(system, reader):
        await reader.all()
        await system.run(CLASS, lop="9Z", key=system.keys[0])
        await system.run("SELECT pg_replication_slot_advance('hub_nghe_an', pg_current_wal_lsn())")
        await reader.all()
        assert "SLOT_MOVED_ON" in reader.codes
        assert set(reader.keys) == set(system.keys)

    ran(scenario)


def test_everything_can_be_read_again_beside_what_is_new():
    """A second reading from the beginning comes to its end while the first goes on, and neither disturbs the other."""

    async def scenario(system, reader):
        await reader.all()
        again = Reader(system.settings)
        more = True
        while more:
            more = (await again.page(3)).more
            await system.run(CLASS, lop=f"9{len(again.keys)}", key=system.keys[0])
            await reader.all()
            assert reader.keys == [system.keys[0]]
        assert (set(again.keys), again.codes, reader.codes) == (set(system.keys), [], [])

    ran(scenario)


def test_changes_of_others_do_not_keep_the_log():
    """A slot that has nothing to read follows the log all the same."""

    async def scenario(system, reader):
        await reader.all()
        await system.run("CREATE TABLE public.khac (t text)")
        await system.run("INSERT INTO public.khac SELECT repeat(md5(n::text), 40) FROM generate_series(1, 5000) n")
        assert (await reader.page()).lag_bytes > 5_000_000
        await reader.all()
        (behind,) = (await system.run(BEHIND))[0]
        assert behind < 2_000_000

    ran(scenario)


def test_a_server_that_is_started_again_or_killed_is_gone_on_with():
    """While it is away it is waited for; what was committed before is there after."""

    async def scenario(system, reader):
        await reader.all()
        for number, how in enumerate(("restart", "kill")):
            await system.run(CLASS, lop=f"9{number}", key=system.keys[number])
            await system.server.again(how)
            assert (await reader.all()).keys == [system.keys[number]]
        await system.server.stop()
        assert (await code_of(reader.page())).code == "SYSTEM_UNREACHABLE"

    ran(scenario)


def test_another_database_at_the_address_is_refused():
    """Its places in the log mean nothing here."""

    async def run():
        async with playing() as one, playing() as other:
            reader = Reader(one.settings)
            await reader.all()
            reader.settings = other.settings
            assert (await code_of(reader.page())).code == "SYSTEM_DATABASE_OTHER"

    asyncio.run(run())


def test_a_column_that_changes_before_the_first_reading_stops_too():
    """The system's fault `schema`, as people may ask for it."""

    async def run():
        async with playing(faults=Faults(schema="renamed")) as system:
            assert (await code_of(Reader(system.settings).page())).code == "SCHEMA_DRIFT"

    asyncio.run(run())
