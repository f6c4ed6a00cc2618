"""A family moves its child at the portal, on real servers: what it says is signed by Bộ and decided like any step."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from hub.agents.snapshots import Snapshots
from hub.agents.transfer_clock import tick
from hub.domain.form import date_text
from hub.domain.locator import printed
from hub.domain.slip import printed_secret
from hub.domain.statements import TransferRequest, read
from hub.local.workers import WorkerSpec
from hub.signing import COSIGNER, load_keyring
from hub.store import open_connection
from hub.store.bo.looks import broken_shares, wrong_shares
from hub.store.bo.portal import Consented, PortalDatabase, PortalKey, PortalShareKey
from hub.web.portal.transfer_rows import wish_fields
from hub.web.portal.transfer_store import NewWish, SchoolPlace
from tests.journey.families import FROM, Family, a_family, now
from tests.journey.portal_readers import Reader, portal_of
from tests.journey.transferring import Moving, boxes, enter_key
from tests.journey.world import World, eventually

OLD, NEW = "ha-noi", "nghe-an"
BOTH = (Consented("pupil", "i", "p", now()), Consented("guardian", "i", "g", now()))


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    with portal_of(world) as url:
        yield url


@pytest.fixture
def reader(address: str) -> Iterator[Reader]:
    opened = Reader(address)
    yield opened
    opened.client.close()


@dataclass
class Home:
    """A family at the portal, with its child's record open."""

    world: World
    reader: Reader
    family: Family

    @property
    def number(self) -> str:
        """The child's personal number, by which the development log-in knows the family."""
        return str(self.family.locked.transcripts[0].student.personal_id)

    @property
    def born(self) -> str:
        return date_text(str(self.family.locked.transcripts[0].student.birth_date))

    def look_up(self) -> None:
        shown = {"locator": printed(self.family.key.locator), "secret": printed_secret(self.family.secret)}
        assert self.reader.get("/").send("/tra-cuu", **shown, birth=self.born).status == 200

    def ask(self, school: Any) -> str:
        """Ask for a transfer to that school; returns its address once Bộ has taken it."""
        self.reader.log_in("guardian", self.number, "moi")
        self.reader.get(f"/chuyen-truong/moi?den-so={school.so}&den-ten={school.code}")
        self.reader.send(
            "/chuyen-truong", den=f"{school.so}/{school.code}", tu=f"{OLD}/{self.family.locked.school.code}",
            year=re.findall(r'<option value="(\d{4}-\d{4})"', self.reader.text)[0], grade="4",
            reason="Gia đình chuyển nơi ở", birth=self.born,
        )  # fmt: skip
        assert self.reader.status == 200, self.reader.text
        return str(eventually("the request", lambda: self._path(school)))

    def _path(self, school: Any) -> str | None:
        text = self.reader.get("/chuyen-truong").text
        row = self.world.database("bo").execute(
            "SELECT transfer_id FROM transfer WHERE pupil = %s AND receiving = %s", (self.family.pupil, school.code)
        ).fetchone()  # fmt: skip
        found = None if row is None else f"/chuyen-truong/{row[0]}"
        return found if found is not None and f'href="{found}"' in text else None

    def consent(self, path: str, party: str) -> None:
        self.reader.log_in(party, self.number, path.rpartition("/")[2])
        assert self.reader.get(path).send(f"{path}/dong-y", party=party).status == 200, self.reader.text

    def sees(self, path: str, state: str, *told: str) -> None:
        """Wait until the page of a transfer is in that state."""
        eventually(state, lambda: f'data-state="{state}"' in self.reader.get(path).text)
        assert [one for one in told if one not in self.reader.text] == [], self.reader.text


def at_home(world: World, reader: Reader) -> Home:
    home = Home(world, reader, a_family(world))
    home.look_up()
    return home


def moving_of(home: Home, path: str, school: Any) -> Moving:
    """The transfer as its schools act on it: the request is that which Bộ signed for the family."""
    moving = Moving(home.world, home.family.locked.transcripts[0], home.family.locked.school, school)
    row = home.world.database("bo").execute(
        "SELECT statement FROM transfer_step WHERE transfer_id = %s AND kind = 'TransferRequest'",
        (path.rpartition("/")[2],),
    ).fetchone()  # fmt: skip
    assert row is not None
    moving.request = read(bytes(row[0]), TransferRequest)
    return moving


def test_family_asks_consents_and_sees_its_child_move(world: World, reader: Reader) -> None:
    """The schools answer, release and sign as always; every step is told in plain words, and so is who looked."""
    home, school = at_home(world, reader), world.school(NEW)
    enter_key(world, school)
    path = home.ask(school)
    home.sees(path, "requested", "đăng nhập để đồng ý", school.name)
    for party in ("pupil", "guardian"):
        home.consent(path, party)
    home.sees(path, "consented", "Trường tiếp nhận", "trả lời", "8 ngày làm việc")
    moving = moving_of(home, path, school)
    assert moving.id == path.rpartition("/")[2]
    hashes = [home.family.locked.documents[0].sha256]
    assert moving.take(moving.accept()).state == "accepted"
    home.sees(path, "accepted", "chuyển trả hồ sơ")
    assert moving.take(moving.release(hashes)).state == "released"
    moving.delivered()
    boxes(moving, 1, 1)
    home.sees(path, "sent", "Bộ giao học bạ cho trường tiếp nhận (1 học bạ)")
    moving.take(moving.acknowledge(hashes))
    home.sees(path, "closed", "Gia đình đề nghị chuyển trường", "Học sinh đồng ý", "Người giám hộ đồng ý")
    assert "Xem việc chuyển trường" in reader.get("/ai-da-xem").text
    assert "Rút đề nghị</button>" not in reader.get(path).text
    told = world.database("bo").execute(
        "SELECT kind, so, outcome FROM transfer_step WHERE transfer_id = %s ORDER BY place LIMIT 3", (moving.id,)
    ).fetchall()  # fmt: skip
    assert told == [("TransferRequest", "bo", "accepted")] + [("TransferConsent", "bo", "accepted")] * 2


def test_family_agrees_to_what_a_school_asked_for(world: World, reader: Reader) -> None:
    """It finds the school's request at the portal; what each says is a step of its own, and both schools are told."""
    home, school = at_home(world, reader), world.school(NEW)
    moving = Moving(world, home.family.locked.transcripts[0], home.family.locked.school, school)
    moving.take(moving.ask())
    path = f"/chuyen-truong/{moving.id}"
    home.sees(path, "requested", "Trường tiếp nhận lập đề nghị")
    for party in ("guardian", "pupil"):
        home.consent(path, party)
    home.sees(path, "consented")
    for so, of in ((OLD, moving.sending), (NEW, moving.receiving)):
        told = moving.notice(
            so, lambda n, to=of.code: (n.to.school, n.transfer, n.state) == (to, moving.id, "consented")
        )
        assert (told.step, told.awaited) == ("TransferConsent", "answer")
    moving.take(moving.withdraw())
    home.sees(path, "withdrawn", "Trường tiếp nhận rút đề nghị")


def test_family_takes_back_a_request_and_a_second_one_is_refused_in_words(world: World, reader: Reader) -> None:
    home, school = at_home(world, reader), world.school(NEW, 1)
    path = home.ask(school)
    reader.get(path).send(f"{path}/rut", reason="Gia đình ở lại")
    home.sees(path, "withdrawn", "Gia đình rút đề nghị", "Gia đình ở lại")
    assert reader.send(f"{path}/rut", reason="Gia đình ở lại").status == 200
    eventually("the refusal", lambda: "<code>TRANSFER_ENDED</code>" in reader.get(path).text)


def test_transfer_of_another_pupil_is_like_one_that_is_not_there(
    world: World, door: PortalDatabase, reader: Reader
) -> None:
    """At the pages, and where the portal's own role asks the database: nothing of it is read, nothing is kept."""
    home, school = at_home(world, reader), world.school(NEW)
    path = home.ask(school)
    other = a_family(world)
    stranger = Reader(str(reader.client.base_url))
    guest = Home(world, stranger, other)
    guest.look_up()
    unknown = "/chuyen-truong/" + "ee" * 32
    for one in (path, unknown):
        assert stranger.get(one).status == 404
        assert "PORTAL_NOTHING_THERE" in stranger.text
        assert school.name not in stranger.text
    stranger.client.close()
    for transfer in (path.rpartition("/")[2], "ee" * 32):
        said = NewWish("TransferConsent", (), transfer)
        assert door.wish(other.key, wish_fields(said), BOTH, now()) == "PORTAL_NOTHING_THERE"
    with door.read(other.key, "transfer", "family", FROM, (), now()) as opened:
        assert opened is not None
        assert door.transfers(opened) == ([], [])


def a_wish(home: Family, school: Any, **changes: Any) -> dict[str, Any]:
    fields = wish_fields(NewWish(
        "TransferRequest", (), None, "Gia đình chuyển nơi ở", SchoolPlace(school.so, school.code),
        SchoolPlace(OLD, home.locked.school.code), "2026-2027", 4,
        datetime.fromisoformat(str(home.locked.transcripts[0].student.birth_date)).date(),
    ))  # fmt: skip
    return dict(fields) | changes


def wishes(world: World, family: Family) -> list[tuple[Any, ...]]:
    return world.database("bo").execute(
        "SELECT wish_id, said_at IS NOT NULL FROM transfer_wish WHERE pupil = %s ORDER BY n", (family.pupil,)
    ).fetchall()  # fmt: skip


def steps(world: World, family: Family) -> list[tuple[Any, ...]]:
    return world.database("bo").execute(
        "SELECT s.kind, s.outcome, s.codes FROM transfer_step s JOIN transfer_wish w"
        " ON s.command_id = 'family-' || w.wish_id WHERE w.pupil = %s ORDER BY s.place", (family.pupil,),
    ).fetchall()  # fmt: skip


def test_function_refuses_what_the_pages_refuse(world: World, door: PortalDatabase) -> None:
    """Whoever has the portal's role and a key says nothing that the family could not say."""
    family, school = a_family(world), world.school(NEW)

    def answer(key: PortalKey = family.key, agreed: Any = BOTH, **changes: Any) -> str:
        return door.wish(key, a_wish(family, school, **changes), agreed, now())

    assert answer(agreed=BOTH[:1]) == "PORTAL_CONSENT_MISSING"
    assert answer(agreed=()) == "PORTAL_CONSENT_MISSING"
    assert answer(receiving="99999999") == "TRANSFER_SCHOOL_UNKNOWN"
    assert answer(born=now().date()) == "TRANSFER_BIRTH_DATE_DIFFERS"
    assert answer(PortalKey(family.key.locator, b"\0" * 32, family.key.birth_date)) == "PORTAL_SESSION_OVER"
    assert wishes(world, family) == []


def stopped(world: World, name: str) -> WorkerSpec:
    """Stop a worker; returns what it is started with."""
    keeper = world.hub.worker(name)
    keeper.stop()
    world.hub.workers.remove(keeper)
    return keeper._children[name].spec


def test_wish_is_said_once_whenever_the_clock_dies(world: World, door: PortalDatabase) -> None:
    """Before its transaction ends nothing was said; afterwards it is not said again, nor is one that a copy revived."""
    family, school = a_family(world), world.school(NEW)
    seal = load_keyring(world.hub.secrets / "bo", COSIGNER).seal
    spec = stopped(world, "bo")
    with open_connection(world.hub.bo_url) as clock:
        for _ in range(2):  # the second one waits already
            assert door.wish(family.key, a_wish(family, school), BOTH, now()) == ""
        assert len(wishes(world, family)) == 1
        with clock.transaction(force_rollback=True):  # as far as it came when it died
            assert tick(clock, seal, Snapshots(), datetime.now(UTC)) >= 1
        assert wishes(world, family)[0][1] is False
        assert tick(clock, seal, Snapshots(), datetime.now(UTC)) >= 1
        assert tick(clock, seal, Snapshots(), datetime.now(UTC)) == 0
        assert wishes(world, family)[0][1] is True
    with open_connection(world.hub.servers.bo_urls().owner_url or "") as owner, owner.transaction():
        owner.execute("ALTER TABLE transfer_wish DISABLE TRIGGER transfer_wish_is_final")
        owner.execute("UPDATE transfer_wish SET said_at = NULL WHERE pupil = %s", (family.pupil,))
        owner.execute("ALTER TABLE transfer_wish ENABLE TRIGGER transfer_wish_is_final")
    world.hub.start_workers([spec])
    eventually("the step", lambda: steps(world, family) == [("TransferRequest", "accepted", [])])
    eventually("it to be noted", lambda: wishes(world, family)[0][1])
    assert steps(world, family) == [("TransferRequest", "accepted", [])]


def test_portal_and_worker_may_no_more_than_they_need(world: World) -> None:
    """The portal's role reads and writes no wish but by its functions; the worker makes none and sees no log-in."""
    denied = psycopg.errors.InsufficientPrivilege
    with open_connection(world.hub.portal_database_url or "") as portal:
        for text in ("SELECT * FROM transfer_wish", "SELECT * FROM transfer", "SELECT * FROM transfer_step",
                     "SELECT portal_family()", "INSERT INTO transfer_wish_party VALUES (NULL)"):  # fmt: skip
            with pytest.raises(denied):
                portal.execute(text.encode())
        assert portal.execute("SELECT * FROM portal_transfers()").fetchall() == []
    worker = world.database("bo")
    for text in ("INSERT INTO transfer_wish (wish_id) VALUES (gen_random_uuid())", "DELETE FROM transfer_wish",
                 "UPDATE transfer_wish SET reason = 'x'", "SELECT * FROM transfer_wish_party",
                 "SELECT * FROM portal_wishes()"):  # fmt: skip
        with pytest.raises(denied):
            worker.execute(text.encode())
    assert (broken_shares(worker), wrong_shares(worker)) == ([], [])


def test_recipient_of_a_share_sees_no_transfer(world: World, door: PortalDatabase) -> None:
    """The ticket of a share's read opens years of the record, and nothing of where the pupil goes."""
    family, school = a_family(world), world.school(NEW)
    assert door.wish(family.key, a_wish(family, school), BOTH, now()) == ""
    share = PortalShareKey(str(uuid.uuid4()), b"\5" * 32)
    until = now().replace(year=now().year + 1)
    assert door.add_share(family.key, share, "Đại học Mẫu", "xét tuyển", ["2025-2026"], until, BOTH, now())
    with door.read(share, "share", "xét tuyển", FROM, (), now()) as opened:
        assert opened is not None
        assert door.transfers(opened) == ([], [])
    with door.read(family.key, "transfer", "family", FROM, (), now()) as opened:
        assert opened is not None
        assert door.transfers(opened) != ([], [])
