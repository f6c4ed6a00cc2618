"""What a measurement sends: how many transcripts, how many signatures on each, by which algorithm."""

from dataclasses import dataclass

__all__ = ["ALGORITHMS", "SIGNATURE_COUNTS", "SO", "Wanted", "school_count_of"]

SO = "ha-noi"  # one Sở: what it does does not hang on how many others there are
ALGORITHMS = ("PS256", "ES256")
SIGNATURE_COUNTS = (3, 12)  # homeroom teacher, principal, seal; with nine subject teachers before them
_SCHOOL_SIZE = 750  # pupils; Hà Nội: 2,193,326 in about 2,900 schools
_SCHOOLS_LEAST = 16  # so that eight partitions all get work
_SCHOOL_SIZE_LEAST = 25


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stock of signed transcripts. The same seed gives the same pupils and marks; keys are random."""

    transcripts: int
    signatures: int = 3
    algorithm: str = "PS256"
    seed: int = 2026
    school_year: str = "2025-2026"

    def __post_init__(self) -> None:
        if self.signatures not in SIGNATURE_COUNTS or self.algorithm not in ALGORITHMS or self.transcripts < 1:
            raise ValueError(f"no such stock: {self}")

    @property
    def pupils(self) -> int:
        """How many pupils to draw: some 2.5 % have not completed the year or have left, and a class may be cut."""
        return self.transcripts + self.transcripts // 20 + 60


def school_count_of(pupils: int) -> int:
    """Return how many schools share these pupils: of ordinary size where there are enough pupils for it."""
    return max(1, min(max(_SCHOOLS_LEAST, pupils // _SCHOOL_SIZE), pupils // _SCHOOL_SIZE_LEAST))
