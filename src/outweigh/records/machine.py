"""What a machine is."""

from pydantic import Field

from outweigh.records.base import Record


class Accelerator(Record):
    """One GPU or other accelerator."""

    name: str
    kind: str
    memory_bytes: int | None = None


class Machine(Record):
    """The hardware and software that a result was made on."""

    cpu: str
    cores: int
    memory_bytes: int
    system: str
    accelerators: tuple[Accelerator, ...] = ()
    software: dict[str, str] = Field(default_factory=dict)
