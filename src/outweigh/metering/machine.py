"""What this machine is."""

import math
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from outweigh.records import Accelerator, Machine

_SOFTWARE = (
    "outweigh", "torch", "transformers", "tokenizers", "safetensors", "accelerate", "gguf", "numpy", "scipy",
    "statsmodels", "huggingface_hub", "datasets", "llama_cpp_python", "vllm", "onnxruntime",
)  # fmt: skip


def machine(*, accelerators: bool = False) -> Machine:
    """The hardware and software at hand. Accelerators are looked for only when asked: torch takes seconds to import.

    `cores` and `memory_bytes` are what this process may use, so a container's own limits count. Not covered:
    clock speed, the number of sockets, and accelerators that torch does not see.
    """
    return Machine(
        cpu=_cpu(),
        cores=_cores(),
        memory_bytes=_memory(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        accelerators=_accelerators() if accelerators else (),
        software=software(),
    )


def software() -> dict[str, str]:
    """Python and the installed libraries that can change a number, each with its version."""
    found = {"python": platform.python_version()}
    for name in _SOFTWARE:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _cpu() -> str:
    if platform.system() == "Linux":
        lines = _text("/proc/cpuinfo").splitlines()
        for key in ("model name", "Model", "Hardware"):
            for line in lines:
                if line.startswith(key) and ":" in line:
                    return " ".join(line.partition(":")[2].split())
    if platform.system() == "Darwin":
        brand = subprocess.run(["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True)
        if brand.returncode == 0:
            return brand.stdout.strip()
    return platform.processor() or platform.machine() or "unknown"


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    usable = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota, _, period = _text("/sys/fs/cgroup/cpu.max").partition(" ")
    if quota.isdigit() and period.strip().isdigit():
        usable = min(usable, max(1, math.ceil(int(quota) / int(period))))
    return usable


def _memory() -> int:
    import psutil

    total = int(psutil.virtual_memory().total)
    limit = _text("/sys/fs/cgroup/memory.max").strip()
    return min(total, int(limit)) if limit.isdigit() else total


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _accelerators() -> tuple[Accelerator, ...]:
    try:
        import torch
    except ImportError:
        return ()
    if torch.cuda.is_available():
        every = (torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count()))
        kind = "rocm" if torch.version.hip else "cuda"
        return tuple(Accelerator(name=one.name, kind=kind, memory_bytes=one.total_memory) for one in every)
    if torch.backends.mps.is_available():
        return (Accelerator(name=_cpu(), kind="mps"),)
    return ()
