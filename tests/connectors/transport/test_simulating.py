"""The simulated systems themselves: what they are told, what they keep over a kill, and how they cut pages."""

from pathlib import Path

import pytest

from hub.connectors.simulating import DropFolder, Faults, KeptAnswers, Pager, hostile_files, parse_faults
from hub.connectors.simulating.faults import DATABASE_FAULTS, LOT_FAULTS
from hub.connectors.transport import HttpClient, TokenSource
from hub.errors import Refused
from tests.connectors.transport.systems import CLIENT_ID, CLIENT_SECRET, Clock, a_server, run


def test_faults_are_what_the_command_line_says() -> None:
    """Each by its name, with its value where it has one."""
    named = [
        "slow=0.5", "errors=3", "busy=4", "half-written", "schema=renamed", "duplicate-page", "clock=-60", "token=2",
        "hostile",
    ]  # fmt: skip
    assert parse_faults(named) == Faults(0.5, 3, 4, True, "renamed", True, -60, 2, True)
    assert parse_faults([]) == Faults()


@pytest.mark.parametrize(
    "text", ["", "none", "slow", "slow=x", "slow=-1", "slow=nan", "errors=1", "schema=x", "hostile=1"]
)
def test_unknown_fault_is_refused_with_those_that_there_are(text: str) -> None:
    """A fault that was misspelt would be a test that tests nothing."""
    with pytest.raises(Refused, match="SIMULATOR_FAULT_UNKNOWN") as refused:
        parse_faults([text])
    assert refused.value.facts["known"] == (
        "slow=0…86400, errors=2…10000, busy=2…10000, half-written, schema=added|renamed|removed, duplicate-page, "
        "clock=-86400…86400, token=1…86400, hostile, " + ", ".join((*LOT_FAULTS, *DATABASE_FAULTS))
    )


@pytest.mark.parametrize("text", ["token=0", "token=0.5", "token=-0"])
def test_token_without_a_life_is_refused(text: str) -> None:
    """Nobody could ever log in: that is no trouble of a system but a setting that was meant otherwise."""
    with pytest.raises(Refused, match="token=1…86400"):
        parse_faults([text])


def test_schema_changes_from_the_second_page_on() -> None:
    """One field, in one of three ways."""
    record = {"a": 1, "b": 2}
    shapes = {how: Faults(schema=how).reshaped(record, "a", 1) for how in ("added", "renamed", "removed")}
    assert shapes == {"added": {"a": 1, "b": 2, "a_bo_sung": "x"}, "renamed": {"b": 2, "a_moi": 1}, "removed": {"b": 2}}
    assert Faults(schema="removed").reshaped(record, "a", 0) == record


def all_pages(faults: Faults, count: int) -> list[list[int]]:
    """Return the pages of a list, ten each, with a pager for each as after a kill."""
    pages, token = [], None
    while True:
        page, token, _ = Pager(faults).page(range(count), token, 10)
        pages.append(page)
        if token is None:
            return pages


@pytest.mark.parametrize("count", [0, 1, 10, 11, 20, 25, 30, 31])
def test_pages_have_every_record_once(count: int) -> None:
    """At every border."""
    assert [n for page in all_pages(Faults(), count) for n in page] == list(range(count))


@pytest.mark.parametrize("count", [9, 20, 21, 45])
def test_doubled_page_comes_twice_and_the_next_begins_early(count: int) -> None:
    """Nothing is missing, and what came again came before."""
    pages = all_pages(Faults(duplicate_page=True), count)
    assert sorted({n for page in pages for n in page}) == list(range(count))
    if count > 20:
        assert pages[1] == pages[2]
        assert pages[3][0] == pages[2][-1]


@pytest.mark.parametrize("token", ["", "x", "ZZZZ", "MTBk!", "é"])
def test_token_that_is_none_is_gone(token: str) -> None:
    """A system answers 410 then."""
    with pytest.raises(LookupError):
        Pager(Faults()).page([1], token, 10)


def test_answers_are_kept_over_a_kill(tmp_path: Path) -> None:
    """A line that was cut was never confirmed; other bytes under a known id are not kept, and counted."""
    path = tmp_path / "answers.jsonl"
    kept = KeptAnswers(path)
    assert [kept.offer("phan-hoi", "1", data) for data in (b"a", b"a", b"b")] == ["new", "same", "other"]
    with path.open("ab") as file:
        file.write(b'{"kind": "phan-')
    again = KeptAnswers(path)
    assert again.offer("phan-hoi", "2", b"c") == "new"
    for answers in (again, KeptAnswers(path)):
        rows = [(row["id"], row["offered"], row["refused"], row["body"]) for row in answers.shown()]
        assert rows == [("1", 3, 1, "a"), ("2", 1, 0, "c")]


def test_server_knows_the_tokens_that_it_gave_before_a_kill() -> None:
    """And those of nobody else."""

    async def test() -> None:
        first = a_server()
        base = await first.start()
        token = TokenSource(base, CLIENT_ID, CLIENT_SECRET, Clock())
        client = HttpClient(base, token, Clock())
        await client.get("ho-so")
        await first.stop()
        second = a_server(port=first.port)
        await second.start()
        assert (await client.get("ho-so")).status == 200
        assert list(second.requests) == ["GET /ho-so"]
        await client.close()
        await second.stop()

    run(test)


def test_drop_folder_holds_files_answers_and_what_is_hostile(tmp_path: Path) -> None:
    """Its clock may be wrong; a file that is there stays as it is; answers are files of their own names."""
    folder = DropFolder(tmp_path / "root", Faults(clock=-1e8, hostile=True))
    folder.drop({"gui/1/a.csv": b"x"})
    before = (tmp_path / "root/gui/1/a.csv").stat()
    assert before.st_mtime < tmp_path.stat().st_mtime - 9e7
    folder.drop({"gui/1/a.csv": b"x"})
    assert (tmp_path / "root/gui/1/a.csv").stat().st_mtime_ns == before.st_mtime_ns
    folder.drop_hostile("gui/1")
    assert (tmp_path / "root/gui/1/lien-ket.xlsx").is_symlink()
    assert len(list((tmp_path / "root/gui/1").iterdir())) == len(hostile_files(None)) + 2
    (tmp_path / "root/gui/1/a.tra-loi-0.xlsx").write_bytes(b"y")
    assert [row["id"] for row in folder.answers()] == ["gui/1/a.tra-loi-0.xlsx"]
