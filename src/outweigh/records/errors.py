"""The one error that a person is meant to read."""


class UserError(Exception):
    """Bad input: one line that names the thing, what was expected and what to do.

    The command line prints it and exits with 2; the API answers with a 4xx and `code`.
    """

    def __init__(self, message: str, *, code: str = "bad_input") -> None:
        super().__init__(message)
        self.code = code
