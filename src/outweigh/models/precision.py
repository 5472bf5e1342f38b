"""Which number type and which device a model is computed with."""

from outweigh.records import Precision, UserError


def choose(precision: Precision | None, device: str | None) -> tuple[Precision, str, str]:
    """(precision, device, one sentence that says why). Raises UserError if the device is not there.

    `device` is "cpu", "cuda", "cuda:1", "mps", or None and "auto" for the best that is visible.
    """
    place = _device(device)
    natural, reason = _natural(place)
    if precision is None:
        return natural, place, f"{natural} on {place}: {reason}"
    if precision == natural:
        return precision, place, f"{precision} on {place}: as asked; {reason}"
    return precision, place, f"{precision} on {place}: as asked; {natural} would be the choice here, because {reason}"


def _device(asked: str | None) -> str:
    import torch

    kind, _, number = (asked or "auto").strip().lower().partition(":")
    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    mps = torch.backends.mps.is_available()
    if kind == "auto":
        return "cuda" if cuda else "mps" if mps else "cpu"
    if kind not in ("cpu", "cuda", "mps") or (number and not number.isdigit()):
        raise UserError(f"--device {asked}: not a device; use auto, cpu, cuda, cuda:N or mps")
    if kind == "cuda" and not cuda:
        raise UserError(f"--device {asked}: no CUDA device is visible; use --device cpu")
    if kind == "cuda" and number and int(number) >= cuda:
        raise UserError(f"--device {asked}: the CUDA devices here are numbered 0 to {cuda - 1}; use one of them")
    if kind == "mps" and not mps:
        raise UserError(f"--device {asked}: no Apple GPU is visible to torch; use --device cpu")
    return f"{kind}:{number}" if number and kind == "cuda" else kind


def _natural(place: str) -> tuple[Precision, str]:
    import torch

    if place == "cpu":
        return Precision.FLOAT32, "it is exact, and few CPUs have anything faster"
    if place == "mps":
        return Precision.FLOAT16, "Apple GPUs compute it fastest"
    major, minor = torch.cuda.get_device_capability(place)
    name = torch.cuda.get_device_name(place)
    if major >= 8:
        return Precision.BFLOAT16, f"the {name} computes it in hardware"
    return Precision.FLOAT16, f"the {name} (compute capability {major}.{minor}) has no bfloat16 arithmetic"
