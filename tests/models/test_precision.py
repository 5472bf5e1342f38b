"""Which number type and device are chosen, with the accelerators of a pretended machine."""

import pytest
import torch

from outweigh.models.precision import choose
from outweigh.records import Precision, UserError


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    """A machine with so many CUDA devices of one capability, or with an Apple GPU."""

    def pretend(cuda: int = 0, capability: tuple[int, int] = (9, 0), mps: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA Example")
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return pretend


@pytest.mark.parametrize(
    ("has", "asked", "expected"),
    [
        ({}, None, (Precision.FLOAT32, "cpu")),
        ({}, "auto", (Precision.FLOAT32, "cpu")),
        ({"cuda": 1}, None, (Precision.BFLOAT16, "cuda")),
        ({"cuda": 2}, "cuda:1", (Precision.BFLOAT16, "cuda:1")),
        ({"cuda": 1, "capability": (7, 5)}, None, (Precision.FLOAT16, "cuda")),
        ({"cuda": 1}, "CPU", (Precision.FLOAT32, "cpu")),
        ({"mps": True}, None, (Precision.FLOAT16, "mps")),
    ],
)
def test_the_best_that_the_device_computes_in_hardware(machine, has, asked, expected) -> None:
    machine(**has)
    precision, device, why = choose(None, asked)
    assert (precision, device) == expected
    assert why.startswith(f"{precision} on {device}: ")
    assert "\n" not in why


def test_what_is_asked_for_is_kept_and_the_usual_choice_named(machine) -> None:
    machine()
    precision, device, why = choose(Precision.BFLOAT16, None)
    assert (precision, device) == (Precision.BFLOAT16, "cpu")
    assert "as asked; float32 would be the choice here" in why
    assert "as asked; it is exact" in choose(Precision.FLOAT32, None)[2]


@pytest.mark.parametrize(
    ("has", "asked", "said"),
    [
        ({}, "cuda", "--device cuda: no CUDA device is visible; use --device cpu"),
        ({"cuda": 2}, "cuda:2", "numbered 0 to 1"),
        ({}, "mps", "no Apple GPU"),
        ({}, "tpu", "not a device; use auto, cpu, cuda, cuda:N or mps"),
        ({"cuda": 1}, "cuda:x", "not a device"),
    ],
)
def test_a_device_that_is_not_there_is_refused(machine, has, asked, said) -> None:
    machine(**has)
    with pytest.raises(UserError, match=said):
        choose(None, asked)
