"""One stored example of every message version: `<message>.<version>.bin` (as on the wire) and `.json` (readable).

The stored bytes are the promise that what was sent years ago is still read; the generator adds examples of new
versions and never touches one that is there. All values are made up.
"""

from hub.schemas.examples.stored import FOLDER, Example, add_missing, readable, stored
from hub.schemas.examples.values import VALUES

__all__ = ["FOLDER", "VALUES", "Example", "add_missing", "readable", "stored"]
