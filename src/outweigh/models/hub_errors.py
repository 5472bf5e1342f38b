"""What went wrong with the Hub, in one line a person can act on."""

import re

from outweigh.records import UserError

_WITHOUT_HUB = "or give a local directory (./folder) or an installed package (package:NAME)"


def failures() -> tuple[type[Exception], ...]:
    """Everything that huggingface_hub raises when a repository cannot be had."""
    from huggingface_hub import errors

    # A download through Xet fails with an error that older versions do not have.
    named = [getattr(errors, name, None) for name in ("HTTPError", "XetDownloadError", "EntryNotFoundError")]
    return (OSError, ValueError, RuntimeError, *(kind for kind in named if kind is not None))


def is_unreachable(error: Exception) -> bool:
    """Whether no answer came at all: no network, no such host, refused, timed out."""
    from huggingface_hub import errors

    transport = getattr(errors, "HTTPError")  # noqa: B009 - httpx's or httpx2's, as huggingface_hub imports it
    return isinstance(error, transport) and not isinstance(error, errors.HfHubHTTPError)


def explained(repository: str, revision: str, error: Exception) -> UserError:
    """The error to show. `error` is one of `failures()`."""
    from huggingface_hub import constants, errors

    page = f"{constants.ENDPOINT}/{repository}"
    known: tuple[tuple[type[Exception], str], ...] = (
        (
            errors.GatedRepoError,
            f"gated: accept its licence at {page}, and set HF_TOKEN to a token of that account",
        ),
        (
            errors.RepositoryNotFoundError,
            f"not found on {constants.ENDPOINT}; check the spelling (org/name), and set HF_TOKEN if it is private",
        ),
        (
            errors.RevisionNotFoundError,
            f"has no revision {revision!r}; give a branch, a tag or a commit listed at {page}/commits/main",
        ),
        (errors.DisabledRepoError, f"disabled by the Hub; see {page}"),
        (errors.HfHubHTTPError, _answered(error)),
        (errors.FileMetadataError, f"{constants.ENDPOINT} does not answer as a Hub does; check HF_ENDPOINT"),
        (
            errors.EntryNotFoundError,
            f"could not be downloaded whole from {constants.ENDPOINT} ({_line(error)}); run this again",
        ),
        (OSError, f"the download arrived incomplete ({_line(error)}); run this again"),
        (errors.HFValidationError, "not a name that the Hub allows; write org/name"),
    )
    if is_unreachable(error):
        text = f"{constants.ENDPOINT} cannot be reached ({_line(error)}); check the network, {_WITHOUT_HUB}"
    else:
        failed = f"the download failed ({_line(error)}); run this again"
        text = next((text for kind, text in known if isinstance(error, kind)), failed)
    return UserError(f"{repository}: {text}")


def _answered(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403):
        return "the Hub refused the token; check HF_TOKEN, or unset it for public models"
    return f"the Hub answered with status {status}; try again later"


def _line(error: Exception) -> str:
    """The error's first sentence, without addresses of single requests."""
    text = re.sub(r"\s+", " ", str(error)) or type(error).__name__
    return re.sub(r"\.? This is usually.*", "", text)[:160]
