"""A command line that forks: imports once, then runs `outweigh run` in a child for every line on standard input,
with the line's words added to its arguments.

Each child notes the ids of the samples that it asks, so that a test can count executions.
"""

import os
import sys


def noted(answer, log):
    def wrapper(self, requests):
        with open(log, "a", encoding="utf-8") as file:
            file.writelines(f"{name}\n" for name, _ in requests)
        yield from answer(self, requests)

    return wrapper


def main():
    import torch

    torch.set_num_threads(1)
    import transformers  # noqa: F401

    import outweigh.engine.run  # noqa: F401
    from outweigh.cli.main import app
    from outweigh.models.transformers_model import TransformersModel

    log, arguments = sys.argv[1], sys.argv[2:]
    TransformersModel.answer = noted(TransformersModel.answer, log)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            app(args=[*arguments, *line.split()], standalone_mode=False)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


main()
