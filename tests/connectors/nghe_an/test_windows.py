"""Entry windows, locks and requests of the province's own: drafts are not taken, requests are answered."""

import asyncio

from tests.connectors.nghe_an.systems import Reader, playing

WINDOW = (
    "INSERT INTO hoc_ba.dot_nhap_diem SELECT nam_hoc, CASE ky WHEN 'HK1' THEN 1 ELSE 2 END, %(open)s FROM hoc_ba.ho_so "
    "GROUP BY 1, 2 ON CONFLICT (nam_hoc, hoc_ky) DO UPDATE SET dang_mo = excluded.dang_mo"
)
CLASS = "UPDATE hoc_ba.ho_so SET lop = %(lop)s WHERE ma_ho_so = %(key)s"


def test_drafts_wait_until_they_are_locked_or_the_window_is_closed():
    """A record that people still enter is none yet; in both ways of following."""

    async def run(view):
        async with playing(view=view) as system:
            reader = Reader(system.settings)
            await system.run(WINDOW, open=True)
            assert (await reader.all()).keys == []
            await system.run(CLASS, lop="9Z", key=system.keys[0])
            assert (await reader.all()).keys == []
            await system.run("INSERT INTO hoc_ba.khoa_so (ma_ho_so) VALUES (%(key)s)", key=system.keys[1])
            assert (await reader.all()).keys == [system.keys[1]]
            await system.run(WINDOW, open=False)
            assert set((await reader.all()).keys) == set(system.keys)

    asyncio.run(run(view=False))
    asyncio.run(run(view=True))


def test_a_request_comes_with_its_record_and_gives_the_reason():
    """Also those that stood there before the first reading."""

    async def run():
        async with playing() as system:
            ask = "INSERT INTO hoc_ba.yeu_cau_mo_khoa (ma_ho_so, ly_do) VALUES (%(key)s, 'Nhập sai điểm.')"
            await system.run(ask, key=system.keys[0])
            reader = Reader(system.settings)
            await reader.all()
            assert [(one.number, one.record_key) for one in reader.requests] == [("1", system.keys[0])]
            await system.run(ask, key=system.keys[1])
            await reader.all()
            assert [(one.number, one.record_key) for one in reader.requests] == [("2", system.keys[1])]
            assert [record.value["ly_do_sua"] for record in reader.records] == ["Nhập sai điểm."]

    asyncio.run(run())
