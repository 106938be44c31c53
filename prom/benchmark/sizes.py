"""How large a run of the benchmark is. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """What is filled in and for how long each figure is taken."""

    name: str
    runs: int
    #: Patients that submissions come from, and how many earlier responses each has.
    patients: int
    earlier: int
    #: Submissions in process per run.
    submissions: int
    #: Seconds of a run over HTTP, and requests that are prepared per second and client beyond the first.
    seconds: float
    prepared_per_second: int
    #: Patients of each kind whose past is compared, and how many responses are few and many there.
    compared: int
    few: int
    many: int
    long_seconds: float
    long_rate: int
    #: Patients on the worklist's databases: few, and many; with responses each; per unit.
    few_patients: int
    many_patients: int
    responses_each: int
    unit_size: int
    #: Readings of the query and of the page per run.
    readings: int
    pages: int
    #: Episodes that are planned per run, and plans that are due per run.
    planned: int
    due: int
    #: Ticks with nothing due per run, over few and over many patients.
    ticks: int
    #: At nine o'clock: plans due at once, answers a second meanwhile and for how long, and letters that are sent then.
    nine_plans: int
    nine_rate: int
    nine_seconds: float
    nine_letters: int
    #: Patients whose responses are exported, `responses_each` of each.
    exported_patients: int

    def words(self) -> Mapping[str, str]:
        """Return what few, many and all else mean at this size."""
        exported, stored = self.exported_patients * self.responses_each, self.many_patients * self.responses_each
        return {
            "submit, http": f"{self.patients:,} patients with {self.earlier} responses each",
            "past": f"few is {self.few}, many is {self.many:,} responses",
            "long-form": f"250 items at {self.long_rate} a second for {self.long_seconds:g} s",
            "worklist": (
                f"few is {self.few_patients:,} patients, many is {self.many_patients:,} with {stored:,} responses, "
                f"in units of {self.unit_size:,}, one patient in 20 with something open"
            ),
            "planning": f"{self.planned:,} episodes on the shipped pathways in turn",
            "opening": f"{self.due:,} plans due",
            "tick": f"few is {self.few_patients:,}, many is {self.many_patients:,} patients, each with a plan ahead",
            "nine-o-clock": f"{self.nine_plans:,} plans due, {self.nine_rate} answers a second meanwhile",
            "export": f"about {exported:,} responses",
        }


FULL = Size(
    name="full", runs=5, patients=5000, earlier=10, submissions=400, seconds=5.0, prepared_per_second=2000,
    compared=20, few=10, many=1000, long_seconds=30.0, long_rate=50, few_patients=1000, many_patients=100_000,
    responses_each=10, unit_size=1000, readings=300, pages=40, planned=1000, due=10_000, ticks=100, nine_plans=10_000,
    nine_rate=50, nine_seconds=40.0, nine_letters=2000, exported_patients=10_000,
)  # fmt: skip
SMALL = Size(
    name="small", runs=2, patients=100, earlier=2, submissions=20, seconds=0.3, prepared_per_second=500,
    compared=4, few=10, many=40, long_seconds=0.6, long_rate=20, few_patients=40, many_patients=200,
    responses_each=4, unit_size=40, readings=20, pages=4, planned=12, due=20, ticks=5, nine_plans=40, nine_rate=20,
    nine_seconds=1.0, nine_letters=20, exported_patients=100,
)  # fmt: skip
SIZES = {size.name: size for size in (SMALL, FULL)}
