"""One worker process of the model: the real loop, hands, sentinel and relay, driven by hand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.agents.stage import Record, Stage
from hub.agents.stage.doing import Doing
from hub.agents.stage.loop import Loop
from hub.agents.stage.relay import Relay
from hub.agents.stage.sentinel import Sentinel
from hub.errors import Unavailable
from tests.unit.agents.model.cluster import Cluster, ModelLog, ModelSender, Where
from tests.unit.agents.model.database import Memory, Url
from tests.unit.agents.model.steps import Task, switch

_T = TypeVar("_T")


class HandDoing(Doing):
    """The real hands without their thread: a switch point before and behind each piece of work."""

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        await switch()
        result = work()
        await switch()
        return result


@dataclass(frozen=True)
class Parts:
    """What a worker is made of; a mutation puts something else in."""

    loop: type[Loop] = Loop
    doing: type[Doing] = HandDoing
    relay: type[Relay] = Relay
    sentinel: type[Sentinel] = Sentinel


def rebuild(_: Any, reference: dict[str, Any]) -> Iterator[tuple[bytes | None, str, bytes | None, Sequence[Any]]]:
    """Rebuild the message of a quarantine entry."""
    stage, topic, part, offset = reference["quarantine"]
    yield None, f"{stage}.{topic}.{part}.{offset}", b"withheld", ()


class _Meter:
    """Tells nobody."""

    async def observe(self, *_: object) -> None:
        return


class Worker:
    """Its tasks are `handle`, `look` and `relay`; the first two come and go."""

    def __init__(self, number: int, stage: Stage[Any, Any, Any, Any], memory: Memory, cluster: Cluster, parts: Parts):
        url: Any = Url(memory, number)
        self.doing = parts.doing(stage, "so-x", url)
        self.relay = parts.relay("so-x", url, "", rebuild)
        self.relay._sender = ModelSender(cluster)  # type: ignore[assignment]
        self.loop = parts.loop(stage, self.doing, ModelLog(cluster), self.relay.kick)
        self._sentinel = parts.sentinel(self.loop, _Meter(), self._tend)
        self.tasks: dict[str, Task] = {"relay": Task(self.relay.run)}

    def assign(self, wheres: Iterable[Where]) -> None:
        self.loop.assign(wheres)

    def deliver(self, records: Sequence[Record]) -> None:
        if "handle" not in self.tasks:
            self.tasks["handle"] = Task(lambda: self.loop.handle(records))

    def look(self) -> None:
        if "look" not in self.tasks:
            self.tasks["look"] = Task(self._look)

    def step(self, name: str) -> bool:
        """Go on with one task; False when there is nothing to go on with. Raises what ends the process."""
        task = self.tasks.get(name)
        if task is None:
            return False
        task.step()
        if task.done:
            del self.tasks[name]
        return True

    def kill(self) -> None:
        """End the process: whatever was under way is under way no more, sessions end."""
        for task in self.tasks.values():
            task.kill()
        self.tasks.clear()
        self.doing._disconnect()

    async def _tend(self) -> None:
        if await self.doing.resume():
            self.relay.kick()

    async def _look(self) -> None:
        try:
            await self._sentinel.look()
        except Unavailable:
            return  # as Sentinel.watch does
