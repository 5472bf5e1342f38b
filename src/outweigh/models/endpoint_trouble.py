"""What can go wrong between us and a server, each with its own reason."""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Self

from outweigh.models.endpoint_answer import NotHTTP

_SHOWN = 200  # characters of a server's own words
_LATER = (408, 409, 425, 429)  # refusals that may pass by themselves


class Trouble(StrEnum):
    """The kind of a failure."""

    UNREACHABLE = "unreachable"  # no connection, or one that closed before any answer
    TIMEOUT = "timeout"
    BUSY = "busy"  # 429 or 503: fewer at a time, please
    REFUSED = "refused"  # any other status from 300 to 499
    BROKEN = "broken"  # any other 5xx, or an error in the middle of a stream
    CUT = "cut"  # the answer ended in the middle
    MALFORMED = "malformed"  # not what such a server says


class OutOfTime(Exception):
    """A request took longer than it may."""


_BY_STATUS = {429: Trouble.BUSY, 503: Trouble.BUSY}


@dataclass(frozen=True)
class Failure:
    """Why there is no whole answer, in one line. `retry_after` is in seconds, where the server said so."""

    trouble: Trouble
    reason: str
    retryable: bool
    status: int | None = None
    retry_after: float | None = None

    def without(self, secret: str | None) -> Self:
        """The same, with `secret`, if there is one, struck out of the reason."""
        return replace(self, reason=self.reason.replace(secret, "***")) if secret else self


def shortened(data: bytes | str) -> str:
    """The beginning of a server's own words, on one line."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    text = " ".join(text.split())
    return (text if len(text) <= _SHOWN else text[:_SHOWN] + " …") or "(empty)"


def of_status(status: int, headers: Mapping[str, str], body: bytes) -> Failure:
    """The failure that a status other than 200 means."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    reason = f"the server answered {status} {phrase}: {_message(body)}"
    if 300 <= status < 400 and "Location" in headers:
        reason = f"the server answered {status} {phrase}, to {headers['Location']}: give that address instead"
    trouble = _BY_STATUS.get(status) or (Trouble.BROKEN if status >= 500 else Trouble.REFUSED)
    retryable = status >= 500 or status in _LATER
    return Failure(trouble, reason, retryable, status, retry_after(headers.get("Retry-After")))


def retry_after(header: str | None) -> float | None:
    """Seconds to wait by a `Retry-After` header (seconds or a date); None where it says nothing readable."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None


def of_exception(error: Exception, url: str, timeout_seconds: float, *, opened: bool, begun: bool) -> Failure:
    """The failure that an exception means. `opened`: there was a connection; `begun`: a part of the answer had come."""
    if isinstance(error, NotHTTP):
        reason = f"the server's answer is not HTTP: {shortened(str(error))!r}"
        return Failure(Trouble.MALFORMED, reason, retryable=True)
    if isinstance(error, OutOfTime):
        what = "the answer was not complete" if begun else "no answer came"
        return Failure(Trouble.TIMEOUT, f"{what} within {timeout_seconds:g} s", retryable=True)
    if not opened and isinstance(error, ssl.SSLError):
        return Failure(Trouble.UNREACHABLE, f"cannot connect to {url} securely: {error}", retryable=False)
    if not opened:
        why = getattr(error, "strerror", None) or str(error)
        return Failure(Trouble.UNREACHABLE, f"cannot connect to {url}: {why}", retryable=True)
    if begun:
        return Failure(Trouble.CUT, "the connection ended in the middle of the answer", retryable=True)
    return Failure(Trouble.UNREACHABLE, "the server closed the connection before it answered", retryable=True)


def of_error(error: object) -> Failure:
    """The failure that an `error` in the middle of a stream means."""
    code = error.get("code") if isinstance(error, dict) else None
    status = code if isinstance(code, int) else None
    retryable = status is None or status >= 500 or status in _LATER
    reason = f"the server broke off with an error: {_said(error)}"
    return Failure(_BY_STATUS.get(status or 0, Trouble.BROKEN), reason, retryable, status)


def _message(body: bytes) -> str:
    """The message of an error's body, in whichever of the usual forms it comes."""
    try:
        found = json.loads(body)
    except ValueError:
        return shortened(body)
    return _said(found.get("error", found) if isinstance(found, dict) else found)


def _said(error: object) -> str:
    if isinstance(error, dict):
        error = next((error[name] for name in ("message", "detail") if error.get(name)), error)
    return shortened(error if isinstance(error, str) else json.dumps(error))
