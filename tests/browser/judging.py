"""What every page must be, whichever it is."""

from tests.browser.browsing import Seen

__all__ = ["WEIGHT_MAX", "faults_of"]

WEIGHT_MAX = 100_000
_WEIGHT_MIN = 1_000


def faults_of(seen: Seen, language: str) -> list[str]:
    """Return what is wrong: violations, what comes from elsewhere, complaints, weight, width, language."""
    return [
        *seen.violations,
        *(f"from elsewhere: {address}" for address in seen.foreign),
        *(f"complaint: {text}" for text in seen.complaints),
        *(["scrolls sideways"] if seen.too_wide else []),
        *([] if _WEIGHT_MIN < seen.weight < WEIGHT_MAX else [f"{seen.weight} bytes"]),
        *([] if seen.language == language else [f"language: {seen.language}"]),
    ]
