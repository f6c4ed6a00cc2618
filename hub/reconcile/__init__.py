"""Đối soát: do school, Sở, Bộ and the national stream hold the same, and is every stored row what was locked?

`reconcile` compares organisations and names the pupil; `check_rows` recomputes one database alone and names the row.
Nothing is written anywhere. The oracle of hub.audit asks other questions and shares no code with this.
"""

from hub.reconcile.checking import Checked, check_rows
from hub.reconcile.differences import Difference
from hub.reconcile.reconciling import Sums, reconcile
from hub.reconcile.tampered import Tampered

__all__ = ["Checked", "Difference", "Sums", "Tampered", "check_rows", "reconcile"]
