"""The one error that a person is meant to read."""


class UserError(Exception):
    """Bad input: one line that names the thing, what was expected and what to do.

    The command line prints it and exits with 2; the API answers with a 4xx and `code`.
    """

    def __init__(self, message: str, *, code: str = "bad_input") -> None:
        super().__init__(message)
        self.code = code


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a run that can be gone on with by its name, `run`."""

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.run = run
