"""What the registers of all Sở say of the schools and Sở of a transfer, at the time of a step."""

from collections.abc import Mapping, Set
from datetime import date, datetime
from hashlib import sha256

from hub.domain.statements import TransferParty
from hub.trust import Snapshot

__all__ = ["TransferGround"]


class TransferGround:
    """Answers by register and time; a Sở whose log has closed is followed by its successor."""

    def __init__(self, registers: Mapping[str, Snapshot]) -> None:
        self._registers = registers

    def is_known(self, party: TransferParty, at: datetime) -> bool:
        """Tell whether the Sở's register has or had this school by then."""
        return self._of(party.so).school_known_by(party.school, at) is not None

    def is_open(self, party: TransferParty, at: datetime) -> bool:
        """Tell whether the school is in force then."""
        school = self._of(self.standing_so(party.so, at)).school(party.school, at) or self._of(party.so).school(
            party.school, at
        )
        return school is not None and not school.is_closed(at)

    def stands_for(self, acting: TransferParty, party: TransferParty, at: datetime) -> bool:
        """Tell whether `acting` is this school, or succeeds it."""
        if not self.so_stands_for(acting.so, party.so, at):
            return False
        if acting.school == party.school:
            return True
        return acting.school in {
            self._of(so).successor_of_school(party.school, at) for so in (party.so, self.standing_so(party.so, at))
        }

    def so_stands_for(self, acting: str, so: str, at: datetime) -> bool:
        """Tell whether `acting` is this Sở, or succeeds it."""
        return acting in {so, self.standing_so(so, at)}

    def standing_so(self, so: str, at: datetime) -> str:
        """Return the Sở that stands for this one: itself, or the last of those that followed."""
        seen = {so}
        while (closing := self._of(so).closing(at)) is not None and closing.successor not in seen:
            so = closing.successor
            seen.add(so)
        return so

    def receiving_key(self, party: TransferParty, at: datetime) -> str | None:
        """Return the SHA-256 (hex) of the raw key in force to which the school's history is sealed, or None."""
        key = self._of(party.so).receiving_key(party.school, at)
        return None if key is None else sha256(key).hexdigest()

    def days_off(self, so: str, at: datetime) -> Set[date]:
        """Return the days that Bộ or that Sở declared free beyond the holidays."""
        return self._of(so).days_off(at)

    def snapshot(self, so: str) -> Snapshot:
        """Return the register of a Sở; an empty one where there is none."""
        return self._of(so)

    def _of(self, so: str) -> Snapshot:
        return self._registers.get(so) or Snapshot.of(())
