"""Did you mean …? The nearest known name to one that is not known."""

import difflib
from collections.abc import Iterable

from hub.connectors.headers import label_key

__all__ = ["did_you_mean"]

_NEAR, _FAR = 0.75, 0.6  # share of equal letters
_LENGTH_MAX = 100  # difflib is quadratic
_KNOWN_MAX = 500


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` may have been, or None: one of nearly the same letters, else of a word more
    or less ("ky" for "ky_moi"), else of most of its letters.
    """
    forms = {_form(candidate): candidate for candidate in list(known)[:_KNOWN_MAX]}
    wanted = _form(name)
    near = (
        difflib.get_close_matches(wanted, forms, 1, _NEAR)
        or [form for form in forms if _is_part(set(wanted.split()), set(form.split()))]
        or difflib.get_close_matches(wanted, forms, 1, _FAR)
    )
    return forms[near[0]] if near else None


def _form(name: str) -> str:
    return label_key(name[:_LENGTH_MAX].replace("_", " "))


def _is_part(one: set[str], other: set[str]) -> bool:
    """Tell whether one has all words of the other, and at most twice as many."""
    small, large = sorted((one, other), key=len)
    return bool(small) and small <= large and len(large) <= 2 * len(small)
