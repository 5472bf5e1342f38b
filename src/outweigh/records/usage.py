"""What work took: joules, and the usage of an evaluation."""

from pydantic import Field

from outweigh.records.base import Record


class Energy(Record):
    """Joules of a stretch of work, with the idle baseline that was taken off. None is "not measured".

    `source` names the counters or the estimate, `estimated` says which of the two it is, and `method` how it was
    made and where idling is still in it. `low` and `high` bound `joules`. `idle_watts` is what was taken off, measured
    over `idle_seconds`, or where these are None a table's own.
    """

    source: str
    estimated: bool
    method: str
    joules: float
    low: float
    high: float
    idle_watts: float | None
    idle_seconds: float | None = None
    seconds: float
    parts: dict[str, float] = Field(default_factory=dict)

    def share(self, part: float) -> "Energy":
        """A part of it, from 0 to 1, in proportion."""
        return self.but(
            joules=part * self.joules,
            low=part * self.low,
            high=part * self.high,
            seconds=part * self.seconds,
            parts={name: part * joules for name, joules in self.parts.items()},
        )


def energy_estimated(method: str | None) -> str:
    """The one sentence by which joules that nothing counted are known, wherever they are told."""
    return f"Energy is estimated, not measured: {method}"


class Lap(Record):
    """What one part of the answers took; `answers` of them share it alike. `unmeasured` says why a figure is None.

    Memory is the most in bytes meanwhile: what the process had resident, and what torch held on its device.
    """

    seconds: float
    answers: int
    peak_memory_bytes: int | None = None
    peak_device_bytes: int | None = None
    energy: Energy | None = None
    unmeasured: dict[str, str] = Field(default_factory=dict)


class Usage(Record):
    """What answering took, without loading. None is "not measured", never 0; `unmeasured` says why, by field.

    Answers that were known already count nowhere here: seconds, tokens and joules are of the same, asked, samples.
    Memory is the most that was reached in any part, as in `Lap`. The fields of energy are those of `Energy`, of all
    parts together.
    """

    seconds: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    first_token_seconds: float | None = None
    peak_memory_bytes: int | None = None
    peak_device_bytes: int | None = None
    energy_joules: float | None = None
    energy_low_joules: float | None = None
    energy_high_joules: float | None = None
    energy_source: str | None = None
    energy_estimated: bool | None = None
    energy_method: str | None = None
    idle_watts: float | None = None
    unmeasured: dict[str, str] = Field(default_factory=dict)
