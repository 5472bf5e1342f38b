"""An HTTP/1.1 answer, put together from its bytes, with the time at which every piece of its body came.

While they come, bytes and times are only kept; they are taken apart where the answer may have ended.
"""

import re
from itertools import accumulate

_LONGEST = 65536  # bytes of a status line and its headers, or of one chunk's size line
_EMPTY = (204, 304)  # statuses that have no body
_STATUS = re.compile(r"HTTP/1\.(\d)\s+([0-9]{3})(?:\s|$)")
_CHUNK = re.compile(rb"\r\n([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")  # its size, and the line end before that


class NotHTTP(ValueError):
    """The server said something that is no HTTP."""


class Answer:
    """One answer. `ended`: all of it has come. `stays`: the connection may carry another request then."""

    def __init__(self) -> None:
        self.status, self.headers = 0, dict[str, str]()
        self.ended, self.stays = False, True
        self._times, self._parts = list[float](), list[bytes]()
        self._data, self._joined = bytearray(), 0  # of the parts, those that are in the data
        self._unsure = True  # whether the answer may have ended, whatever the last bytes are
        self._at = self._start = 0  # of the data, where what is not yet taken apart begins, and the body
        self._end: int | None = None  # of the data, where the body ends; None: with the last chunk or the connection
        self._chunks: list[tuple[int, int]] | None = None  # of the data, where each begins and ends

    @property
    def begun(self) -> bool:
        """Whether anything has come."""
        return bool(self._parts)

    @property
    def speaking(self) -> bool:
        """Whether anything of its body has come."""
        return self.status > 0 and (len(self._data) > self._start or len(self._parts) > self._joined)

    def take(self, data: bytes, now: float) -> bool:
        """More bytes came. Returns whether the answer may have ended: the last chunk ends in an empty line."""
        self._times.append(now)
        self._parts.append(data)
        return self._unsure or data.endswith(b"\r\n\r\n") or len(data) < 4

    def read(self) -> None:
        """Take apart what has come. NotHTTP where it is none."""
        self._data += b"".join(self._parts[self._joined :])
        self._joined = len(self._parts)
        if not self.status:
            self._head()
        if self.status and not self.ended:
            if self._chunks is not None:
                self._chunked(self._chunks)
            elif self._end is not None and len(self._data) >= self._end:
                self.ended, self.stays = True, self.stays and len(self._data) == self._end

    def close(self) -> None:
        """There are no more bytes."""
        self.read()
        self.ended = self.ended or (self.status > 0 and self._chunks is None and self._end is None)

    def body(self) -> tuple[bytes, list[tuple[float, int]]]:
        """The body, and (time, bytes of it until then) for every piece, in order."""
        pieces = [(self._start, len(self._data) if self._end is None else self._end)]
        if self._chunks is not None:
            pieces = self._chunks
        arrivals, size, place = list[tuple[float, int]](), 0, 0
        for now, total in zip(self._times, accumulate(map(len, self._parts)), strict=True):
            while place < len(pieces) and pieces[place][1] <= total:
                size += pieces[place][1] - pieces[place][0]
                place += 1
            part = max(0, total - pieces[place][0]) if place < len(pieces) else 0
            arrivals.append((now, size + part))
        return b"".join([self._data[start:end] for start, end in pieces]), arrivals

    @property
    def size(self) -> int:
        """Bytes that have been taken apart."""
        return len(self._data)

    @property
    def last(self) -> float:
        """When the last bytes came."""
        return self._times[-1]

    def _head(self) -> None:
        """The status and the headers, if they are all there."""
        while not self.status:
            end = self._data.find(b"\r\n\r\n", self._at)
            if end < 0:
                return self._bounded()
            first, *lines = self._data[self._at : end].decode("latin-1").split("\r\n")
            found = _STATUS.match(first)
            if found is None:
                raise NotHTTP(first)
            self._at = self._start = end + 4
            if found[2].startswith("1"):
                continue  # 100 Continue and the like come before the answer
            pairs = (line.partition(":") for line in lines)
            self.headers = {name.strip().title(): value.strip() for name, _, value in pairs}
            self.status = int(found[2])
            self._measure(old=found[1] == "0")
        return None

    def _measure(self, *, old: bool) -> None:
        """How the body ends."""
        self.stays = "close" not in self.headers.get("Connection", "close" if old else "").lower()
        length = self.headers.get("Content-Length")
        if self.headers.get("Transfer-Encoding", "").lower().endswith("chunked"):
            self._chunks, self._at, self._unsure = [], self._start - 2, False
        elif self.status in _EMPTY:
            self._end = self._start
        elif length is None:
            self.stays = self._unsure = False
        elif not (length.isascii() and length.isdecimal() and len(length) <= 16):
            raise NotHTTP(length)
        else:
            self._end = self._start + int(length)

    def _chunked(self, chunks: list[tuple[int, int]]) -> None:
        """The chunks that are there. After the last one come trailers, as a rule none, and an empty line."""
        while found := _CHUNK.match(self._data, self._at):
            start, size = found.end(), int(found[1], 16)
            if not size:
                empty = self._data.find(b"\r\n\r\n", start - 2)
                if empty >= 0:
                    self.ended, self.stays = True, self.stays and empty + 4 == len(self._data)
                return self._bounded()
            if start + size > len(self._data):
                return None
            chunks.append((start, start + size))
            self._at = start + size
        line_end = self._data.find(b"\r\n", self._at + 2)
        if line_end >= 0:
            raise NotHTTP(self._data[self._at + 2 : line_end].decode("latin-1"))
        return self._bounded()

    def _bounded(self) -> None:
        if not self.ended and len(self._data) - self._at > _LONGEST:
            raise NotHTTP("a line without end")
