"""Rounds in the status: counted, and answered for."""

from datetime import UTC, datetime

from hub.client.status import OrganisationStatus, RoundCount
from hub.domain.lifecycle import rule_of

AT = datetime(2026, 7, 1, 3, tzinfo=UTC)


def test_rounds_say_why_they_stand_so_and_what_the_caller_may_do() -> None:
    """The oldest of them since when, the office that closed them by whom."""
    rounds = (RoundCount("completed", "open", 3, 0), RoundCount("completed", "closing", 2, 0, AT, "principal"),
              RoundCount("completed", "locked", 5, 4, AT))  # fmt: skip
    opened, closing, locked = OrganisationStatus("so-ha-noi", (), {}, rounds, (), 0).shown("principal")["rounds"]
    assert (opened["cohort"], opened["count"], opened["answered"], opened["since"]) == ("completed", 3, 0, None)
    assert (set(opened["may"]), closing["may"], locked["may"]) == ({"close"}, {}, {})
    assert (closing["since"], closing["by"], closing["rule"]) == (
        AT.isoformat(),
        "principal",
        rule_of("round", "close"),
    )
    assert (locked["by"], locked["state"]) == ("so_seal", "locked")
