"""A REST system that is slow, wrong, full, gone or hostile: what the client makes of each answer."""

import gzip

import pytest

from hub.connectors.simulating import Faults
from hub.connectors.transport import HttpClient, Paces, TokenSource
from hub.errors import Refused, Unavailable
from tests.connectors.transport.systems import CLIENT_SECRET, Clock, a_client, answering, http, run


def test_client_reads_and_knows_what_did_not_change() -> None:
    """The ETag of an answer asks for it again: nothing comes but "not modified"."""

    async def test() -> None:
        async with a_client() as (client, server):
            first = await client.get("ho-so", {"tu": "1 & 2"})
            assert first.value == {"du_lieu": [1, 2], "tu": "1 & 2"}
            again = await client.get("ho-so", {"tu": "1 & 2"}, first.etag)
            assert (again.unchanged, again.value, first.unchanged) == (True, None, False)
            assert [line.split("?")[0] for line in server.requests] == ["POST /oauth/token", "GET /ho-so", "GET /ho-so"]

    run(test)


def test_client_writes_the_same_bytes_for_the_same_value() -> None:
    """Parts of an address are quoted, names sorted; a conflict and a changed record are the system's no."""

    async def test() -> None:
        async with a_client() as (client, server):
            answer = await client.put("phan-hoi/a b?c", {"b": 1, "a": "Ánh"})
            assert (answer.status, answer.value) == (201, {"da_nhan": {"a": "Ánh", "b": 1}})
            assert server.requests[-1] == "PUT /phan-hoi/a%20b%3Fc"
            for etag, status in ((None, "409"), ('"1"', "412")):
                with pytest.raises(Refused, match="SYSTEM_REFUSES") as refused:
                    await client.put("dinh-chinh/1", {}, etag)
                assert refused.value.facts == {"status": status}

    run(test)


def test_status_is_the_callers_to_know_when_it_says_so() -> None:
    """A page token that is gone is no fault of the connection."""

    async def test() -> None:
        async with a_client() as (client, _):
            assert (await client.get("het-han", expected={410})).status == 410
            with pytest.raises(Refused, match="SYSTEM_REFUSES"):
                await client.get("het-han")

    run(test)


def test_token_is_renewed_once_and_login_refused_then() -> None:
    """A token that ended is replaced within the call; a wrong secret is for a person."""

    async def test() -> None:
        clock = Clock()
        async with a_client(Faults(token=0), now=clock) as (client, server):
            with pytest.raises(Refused, match="SYSTEM_REFUSES_LOGIN"):
                await client.get("ho-so")  # this system's tokens end at once: the second is refused as well
            assert list(server.requests) == ["POST /oauth/token", "GET /ho-so"] * 2
        async with a_client(secret="another") as (client, server):
            with pytest.raises(Refused, match="SYSTEM_REFUSES_LOGIN"):
                await client.get("ho-so")
            assert list(server.requests) == ["POST /oauth/token"]

    run(test)


def test_token_is_asked_for_again_before_it_ends() -> None:
    """At four fifths of its life by the clock that only goes on, whatever the system's clock says."""

    async def test() -> None:
        clock = Clock()
        async with a_client(Faults(token=100, clock=-86_400), now=clock) as (client, server):
            for seconds in (0, 79, 2):
                clock.at += seconds
                await client.get("ho-so")
            assert sum(line.startswith("POST") for line in server.requests) == 2

    run(test)


def test_busy_system_names_its_time_in_both_forms() -> None:
    """Seconds, or a date beside its own Date: a clock that is a year wrong changes nothing."""

    async def test() -> None:
        async with a_client(Faults(busy=2, clock=31_536_000)) as (client, _):
            waits = []
            for _ in range(4):
                try:
                    await client.get("ho-so")
                except Unavailable as busy:
                    waits.append((busy.code, busy.facts["retry_after_s"]))
            assert waits[0] == ("SYSTEM_BUSY", "1")
            assert waits[1][1] in ("1", "2")  # its two dates are of whole seconds

    run(test)


@pytest.mark.parametrize(
    ("given", "expected"), [({}, None), ({"Retry_After": "999999"}, "3600"), ({"Retry_After": "mai"}, None)]
)
def test_busy_system_cannot_make_us_wait_for_ever(given: dict[str, str], expected: str | None) -> None:
    """At most an hour; without a time it is for the runner to choose."""

    async def test() -> None:
        async with answering(http("429 Too Many", **given)) as (base, _):
            client = HttpClient(base, None, Clock())
            with pytest.raises(Unavailable, match="SYSTEM_BUSY") as busy:
                await client.get("ho-so")
            assert busy.value.facts.get("retry_after_s") == expected
            await client.close()

    run(test)


def test_pace_is_kept_before_anything_is_sent() -> None:
    """The request that would be one too many in a minute is not made, and goes a minute later."""

    async def test() -> None:
        clock = Clock()
        async with answering(http("200 OK")) as (base, asked):
            client = HttpClient(base, None, clock, Paces(2))
            await client.get("ho-so")
            clock.at += 10
            await client.get("ho-so")
            with pytest.raises(Unavailable, match="SYSTEM_BUSY") as busy:
                await client.get("ho-so")
            assert (len(asked), busy.value.facts) == (2, {"retry_after_s": "50"})
            clock.at += 50
            await client.get("ho-so")
            await client.close()

    run(test)


def test_pace_is_that_of_source_and_sink_together() -> None:
    """What the system allows it counts once, whoever asks, and also when one of them was opened anew."""

    async def test() -> None:
        clock, paces = Clock(), Paces(2)
        async with answering(http("200 OK")) as (base, asked):
            for path in ("ho-so", "phan-hoi"):
                client = HttpClient(base, None, clock, paces)
                await client.get(path)
                await client.close()
            for _ in range(2):
                with pytest.raises(Unavailable, match="SYSTEM_BUSY"):
                    await HttpClient(base, None, clock, paces).get("ho-so")
            assert len(asked) == 2

    run(test)


def test_rate_limit_of_the_system_is_told() -> None:
    """What it counts is its own; ours is only there so that it does not come to this."""

    async def test() -> None:
        async with a_client(requests_per_minute=2) as (client, _):
            await client.get("ho-so")
            await client.get("ho-so")
            with pytest.raises(Unavailable, match="SYSTEM_BUSY") as busy:
                await client.get("ho-so")
            assert 1 <= int(busy.value.facts["retry_after_s"]) <= 61

    run(test)


@pytest.mark.parametrize("faults", [Faults(errors=2), Faults(half_written=True)])
def test_system_that_breaks_is_tried_again(faults: Faults) -> None:
    """An error of the server and a body that was cut short are Unavailable, and the next call is well."""

    async def test() -> None:
        async with a_client(faults) as (client, _):
            outcomes = []
            for _ in range(3):
                try:
                    outcomes.append((await client.get("ho-so")).status)
                except Unavailable as error:
                    outcomes.append(error.code)
            assert sorted(outcomes, key=str) == [200, 200, "SYSTEM_UNREACHABLE"]

    run(test)


def test_system_that_is_not_there_is_unavailable() -> None:
    """A refused connection."""

    async def test() -> None:
        async with answering(http("200 OK")) as (base, _):
            pass
        client = HttpClient(base, None, Clock())
        with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
            await client.get("ho-so")
        await client.close()

    run(test)


def test_hostile_bodies_are_refused_one_by_one() -> None:
    """Nine mebibytes, a compressed body, a redirect, depth, a name twice, NaN; then the system is well."""

    async def test() -> None:
        async with a_client(Faults(hostile=True)) as (client, _):
            codes = []
            for _ in range(6):
                with pytest.raises(Refused) as refused:
                    await client.get("ho-so")
                codes.append((refused.value.code, refused.value.facts.get("reason")))
            assert codes == [
                ("SYSTEM_ANSWER_TOO_LARGE", None),
                ("SYSTEM_ANSWER_WRONG", "a compressed body"),
                ("SYSTEM_REDIRECTS", None),
                ("SYSTEM_ANSWER_WRONG", "too deep"),
                ("SYSTEM_ANSWER_WRONG", "a name twice"),
                ("SYSTEM_ANSWER_WRONG", "NaN or Infinity"),
            ]
            assert (await client.get("ho-so")).status == 200

    run(test)


def test_redirect_is_never_followed() -> None:
    """Not even to the same machine: nobody is asked at the other address."""

    async def test() -> None:
        async with (
            answering(http("200 OK")) as (other, asked_there),
            answering(http("302 Found", b"", Location=f"{other}/ho-so")) as (base, _),
        ):
            client = HttpClient(base, None, Clock())
            with pytest.raises(Refused, match="SYSTEM_REDIRECTS"):
                await client.get("ho-so")
            assert asked_there == []
            await client.close()

    run(test)


def test_compressed_body_is_not_unfolded() -> None:
    """Whatever it would become: we asked for none."""

    async def test() -> None:
        bomb = gzip.compress(b"0" * 2**20)
        async with answering(http("200 OK", bomb, Content_Encoding="gzip")) as (base, asked):
            client = HttpClient(base, None, Clock())
            with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG"):
                await client.get("ho-so")
            assert b"Accept-Encoding: identity" in asked[0]
            await client.close()

    run(test)


@pytest.mark.parametrize(
    "base",
    ["http://10.0.0.1/", "ftp://127.0.0.1/", "https://a:b@tinh.example/", "https://tinh.example/?a=1", "tinh", "http://["],
)  # fmt: skip
def test_address_is_refused_when_it_is_not_safe(base: str) -> None:
    """https, or http to this machine; no user, no query."""
    with pytest.raises(Refused, match="SYSTEM_ADDRESS_WRONG"):
        HttpClient(base, None, Clock())


@pytest.mark.parametrize("path", ["../khac", "/ho-so", "ho-so//1", ""])
def test_path_stays_below_its_base(path: str) -> None:
    """A key of a record in it cannot lead elsewhere."""

    async def test() -> None:
        client = HttpClient("https://tinh.example/api", None, Clock())
        with pytest.raises(Refused, match="SYSTEM_ADDRESS_WRONG"):
            await client.get(path)
        await client.close()

    run(test)


@pytest.mark.parametrize(
    "body",
    [
        b'{"access_token": "a b", "token_type": "Bearer", "expires_in": 3600}',
        b'{"access_token": "abc", "token_type": "mac", "expires_in": 3600}',
        b'{"token_type": "Bearer"}', b"[]", b"<html>", b'{"a": "' + b"0" * 20_000 + b'"}',
    ],
)  # fmt: skip
def test_token_answer_is_refused_when_it_holds_none(body: bytes) -> None:
    """A token with a line break would be a header of its own."""

    async def test() -> None:
        async with answering(http("200 OK", body)) as (base, _):
            source = TokenSource(base, "hub", CLIENT_SECRET, Clock())
            with pytest.raises(Refused, match="SYSTEM_ANSWER"):
                await source.token()
            await source.close()

    run(test)
