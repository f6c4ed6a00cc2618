"""Lên lớp, kiểm tra lại, rèn luyện trong hè, ở lại lớp (Điều 12-14): what the year leads to; no document here.

Legal source: TT 22/2021, Điều 12-14 [secondary].
"""

import functools
from itertools import product

__all__ = ["outcomes"]

_FAIL = "CĐ"
_UNKNOWN = ("Đ", _FAIL)  # what an absent level may be, as far as it matters


@functools.lru_cache(4096)
def outcomes(
    learning: str | None,
    training: str | None,
    relearned: str | None,
    retrained: str | None,
    too_many_absences: bool | None,
) -> frozenset[str]:
    """Return every outcome that agrees with what is known: promoted, retake, summer_training, retained.

    `learning` and `training` are the year's levels, `relearned` and `retrained` those after re-assessment and summer
    training; None is unknown, for the latter two "did not take place".
    """
    certain: frozenset[str] = frozenset()
    for one, two, many in product(
        _UNKNOWN if learning is None else (learning,),
        _UNKNOWN if training is None else (training,),
        (False, True) if too_many_absences is None else (too_many_absences,),
    ):
        certain |= _known(one, two, relearned, retrained, many)
    return certain


def _known(
    learning: str, training: str, relearned: str | None, retrained: str | None, too_many: bool
) -> frozenset[str]:
    """Return the outcomes of one full set of facts.

    Both levels, including re-assessment, at least Đạt and absences at most 45: promoted. Both at Chưa đạt, or more
    absences: retained. One at Chưa đạt: the pupil may try again; who did not, or failed again, is retained.
    """
    fails = learning == _FAIL, training == _FAIL
    if too_many:
        return frozenset({"retained"})
    again = (relearned if fails[0] else None), (retrained if fails[1] else None)
    if all(not fail or (new is not None and new != _FAIL) for fail, new in zip(fails, again, strict=True)):
        # Both failed and both mended: one article promotes, another retains before it comes to that.
        return frozenset({"promoted", "retained"} if all(fails) else {"promoted"})
    if all(fails) or _FAIL in again:
        return frozenset({"retained"})
    return frozenset({"retake" if fails[0] else "summer_training", "retained"})
