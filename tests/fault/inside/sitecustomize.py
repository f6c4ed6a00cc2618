"""What a worker that is to be broken finds first on its path: Python imports this file by its name at its start.

It belongs to no package and production code knows nothing of it. `HUB_FAULT_POINTS` names points at which this
process kills itself, `HUB_FAULT_DEADLY` the text in a record that kills who decodes it (see `crash_points`);
`HUB_FAULT_CLOCK_S` moves its clock (see `moved_clock`).
"""

import os

if os.environ.get("HUB_FAULT_CLOCK_S"):
    import moved_clock

    moved_clock.move(float(os.environ["HUB_FAULT_CLOCK_S"]))
if os.environ.get("HUB_FAULT_POINTS"):
    import crash_points

    crash_points.arm(os.environ["HUB_FAULT_POINTS"])
if os.environ.get("HUB_FAULT_DEADLY"):
    import crash_points

    crash_points.beware(os.environ["HUB_FAULT_DEADLY"].encode())
