"""A seal after the first is made once, and is as good; an authority that is away is told."""

import pytest

from hub.errors import Unavailable
from hub.evidence import Conclusion
from hub.print import check_sheet
from tests.unit.evidence import builders
from tests.unit.print.sheets import SEALED_AT, an_issuer, authority


@pytest.mark.parametrize("room", [None, 100, 40_000])
def test_later_seals_are_as_good_as_the_first_whatever_room_there_was(room: int | None) -> None:
    """What room the first seal took is kept; one that has become too small is asked for again."""
    with authority() as url:
        issuer = an_issuer("bo", url)
        first = issuer.issue(builders.good(), SEALED_AT)
        known = issuer.sealer._room
        assert known is not None
        issuer.sealer._room = room or known
        later = issuer.issue(builders.good(), SEALED_AT)
    assert check_sheet(first, builders.roots()).verdict is Conclusion.VALID
    assert check_sheet(later, builders.roots()).verdict is Conclusion.VALID
    assert (len(later) - len(first) > 20_000) is (room == 40_000)


def test_authority_that_is_away_is_told() -> None:
    with authority() as url:
        issuer = an_issuer("bo", url)
    with pytest.raises(Unavailable, match="SHEET_SEAL_UNAVAILABLE"):
        issuer.issue(builders.good(), SEALED_AT)
