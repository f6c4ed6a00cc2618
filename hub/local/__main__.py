"""`python -m hub.local fetch`: bring the locked jars here · `relock`: resolve them anew and write the lock."""

import sys
from datetime import UTC, datetime

from hub.local.jars import LOCK, fetch, relock
from hub.local.servers import CACHE

if __name__ == "__main__":
    if sys.argv[1:] == ["fetch"]:
        fetch(CACHE)
    elif sys.argv[1:] == ["relock"]:
        sys.stdout.write(f"{LOCK}: {relock(CACHE, datetime.now(UTC))} jars\n")
    else:
        sys.exit(__doc__)
