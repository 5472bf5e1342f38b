"""Copies of the small results of other tools in tests/interop/measured, free to be damaged."""

import gzip
import shutil
from pathlib import Path

_FILES = Path(__file__).parent / "interop" / "measured"


def copied(to):
    """The folder with `aiperf`, `guidellm` and `optimum` in it; GuideLLM's report is unpacked."""
    folder = Path(shutil.copytree(_FILES, to))
    packed = folder / "guidellm" / "benchmarks.json.gz"
    packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    return folder
