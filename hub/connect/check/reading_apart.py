"""Run as a module: read a source to its end within bounds of memory and time, and tell on one line what came.

In:  one argument, JSON {connector, settings, folder, wanted}; `wanted` are the keys of the good records.
Out: JSON {good, refused, memory, records, findings}; everything that was read is in it, so that a canary shows.
"""

import asyncio
import json
import re
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.connect.check.pulling import PAGE_RECORDS, Pulled
from hub.connectors.sdk import Opened, load
from hub.errors import HubError

__all__ = ["main", "peak_bytes"]

_ADDRESS_BYTES_MAX = 4 * 2**30  # threads reserve much and use little; what is used is told and judged by the check
_CPU_S_MAX = 30
_PULLS_MAX = 200
_READ_S, _READ_CPU_S = 200.0, 20.0  # of the clock, which also others make pass, and of work


def main() -> None:
    """Read, and print what came."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_BYTES_MAX, _ADDRESS_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S_MAX, _CPU_S_MAX))
    print(json.dumps(asyncio.run(_read(json.loads(sys.argv[1]))), ensure_ascii=False))  # noqa: T201  (its answer)


async def _read(task: Mapping[str, Any]) -> dict[str, Any]:
    """Pull until the wanted records are there and nothing more is; after a refusal the source is opened anew."""
    wanted = set(task["wanted"])
    connector = load(task["connector"])
    opened = Opened(task["settings"], Path(task["folder"]), time.monotonic)
    pulled, refusals, ends = Pulled(), list[str](), time.monotonic() + _READ_S
    works_until = time.process_time() + _READ_CPU_S
    source = connector.source(opened)
    quiet = 0
    while quiet < 5 and pulled.pulls < _PULLS_MAX and len(refusals) < _PULLS_MAX and time.monotonic() < ends:
        if time.process_time() > works_until:
            break
        try:
            page = await source.pull(pulled.cursor, PAGE_RECORDS)
        except HubError as error:
            refusals.append(f"{error.code} {error.facts}")
            await source.close()
            await asyncio.sleep(0.05)
            source = connector.source(opened)
            continue
        pulled.take(page)
        if not page.more:
            quiet += wanted <= pulled.read(checking_only=connector.manifest.checking_only)
            await asyncio.sleep(0.1)
    await source.close()
    good = wanted & pulled.read(checking_only=connector.manifest.checking_only)
    return {
        "good": len(good), "memory": peak_bytes(), "refused": refusals,
        "records": [repr(record)[:4_000] for record in pulled.records.values()],
        "findings": [repr(found) for found in pulled.findings],
    }  # fmt: skip


def peak_bytes() -> int:
    """Return the most memory that this process has held, in bytes.

    Not `ru_maxrss`: it begins at what the process that started this one held then, be it a whole test run.
    """
    told = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    return int(told[1]) * 1024 if told else 0


if __name__ == "__main__":
    main()
