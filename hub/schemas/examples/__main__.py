"""`python -m hub.schemas.examples`: store the examples that are missing."""

import sys

from hub.schemas.examples import add_missing

for path in add_missing():
    sys.stdout.write(f"{path.name}\n")
