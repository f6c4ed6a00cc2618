"""Write: answers go into the system, group by group, oldest first; noted only after the system has them.

A kill between the two writes the same answers again, which by their ids changes nothing there.
"""

import msgspec

from hub.connect.run import Run
from hub.connectors.sdk import Answer
from hub.errors import Refused

__all__ = ["write"]

_read = msgspec.json.Decoder(Answer).decode


async def write(run: Run) -> bool:
    """Write the oldest group that waits. One that the system refuses is noted so, and the next goes on.

    Raises what says nothing of these answers: then all wait.
    """
    row = run.store.first("next_group")
    if row is None:
        return False
    sink = run.sink()
    if sink is None:
        return False
    answers = [_read(one["value"]) for one in run.store.all("answers_of_group", group=row["group"])]
    state = "written"
    try:
        await sink.write(answers)
    except Refused as refused:
        if _is_of_the_system(refused.code):
            raise
        state = "refused"
        run.notice(refused.code, row["group"][:200])
    with run.store.transaction():
        run.store.do("set_group_state", group=row["group"], state=state, at=run.at())
    return True


def _is_of_the_system(code: str) -> bool:
    """Tell whether a refusal is about login, address or protocol, and would meet every other group too."""
    return code.startswith("SYSTEM_") and code != "SYSTEM_REFUSES"
