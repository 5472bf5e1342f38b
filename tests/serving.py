"""Our streaming server in a process of its own, so that its work is not ours."""

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from outweigh.models.endpoint_client import Endpoint


@contextmanager
def serving(**told):
    """Yield the endpoint, and a function that says what the server has seen."""
    program = Path(__file__).with_name("streaming_server.py")
    process = subprocess.Popen(
        [sys.executable, str(program), json.dumps(told)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        address = f"http://127.0.0.1:{int(process.stdout.readline())}"

        def seen():
            with urlopen(address + "/counts") as answer:
                return json.load(answer)

        yield Endpoint(address + "/v1", "test"), seen
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
