"""What a circular lets us recompute: the inputs, the formula, the working, the expected value and the stated one.

A rule looks first whether the stated value agrees, which is cheap; only what differs, or what `hub check --explain`
asks for, becomes a `Computed` with its texts. The code names the rule in the catalogue: its article and certainty
stand there, once.
"""

from dataclasses import dataclass

from hub.domain.findings import Finding, finding

__all__ = ["Computed", "listed"]


@dataclass(frozen=True, slots=True)
class Computed:
    """One recomputed value. `code`: the finding that a difference gives; `path`: where the stated value stands.

    `inputs` are pairs such as ("HK I", "8.0"); `formula` is the rule in short, "(HK I + 2 × HK II) / 3"; `working` the
    same with numbers, "(8.0 + 2 × 7.3) / 3 = 7.533… → 7.5". `stated` is None where the document says nothing.
    """

    code: str
    path: str
    name: str
    inputs: tuple[tuple[str, str], ...]
    formula: str
    working: str
    expected: str
    stated: str | None

    @property
    def agrees(self) -> bool:
        """Tell whether the document states what is expected; saying nothing is no disagreement."""
        return self.stated is None or self.stated == self.expected

    def finding(self) -> Finding:
        """Return the finding on a difference, with the whole arithmetic as its facts."""
        facts = {
            "name": self.name,
            "inputs": "; ".join(f"{name} {value}" for name, value in self.inputs),
            "formula": self.formula,
            "working": self.working,
            "expected": self.expected,
            "stated": self.stated or "–",
        }
        return finding(self.code, self.path, self.stated, facts)


def listed(inputs: tuple[tuple[str, str], ...]) -> str:
    """Return inputs as a working begins with them: "Học lực G, Hạnh kiểm T"."""
    return ", ".join(f"{name} {value}" for name, value in inputs)
