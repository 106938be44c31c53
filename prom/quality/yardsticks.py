"""What others have published about their alerts, to hold one's own beside. What each counted differs, and is said."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Yardstick:
    """One published figure: whose, what was counted (a key of the catalogue), and how much, with its unit."""

    source: str
    counted: str
    value: float
    unit: str


#: From clinical.md 1.13 ("Alert rules in the literature"), and from the project's sixth issue for review and action.
YARDSTICKS = (
    Yardstick("MSKCC remote monitoring", "answers", 7.8, "%"),
    Yardstick("MSKCC remote monitoring", "review", 1, "h"),
    Yardstick("STAR / PRO-TECT (Basch)", "surveys", 34, "%"),
    Yardstick("STAR / PRO-TECT (Basch)", "acted", 59, "%"),
    Yardstick("PROMPT-Care", "acted", 43.7, "%"),
)
