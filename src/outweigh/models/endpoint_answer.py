"""An HTTP/1.1 answer, put together from its bytes as they come, with the time of every piece of its body."""

_HEAD_BYTES = 65536  # of a status line and its headers, or of one chunk's size line
_EMPTY = (204, 304)  # statuses that have no body


class NotHTTP(ValueError):
    """The server said something that is no HTTP."""


class Answer:
    """One answer. `arrivals` are (time, bytes of the body until then), in order; times are the caller's.

    `ended`: all of it has come. `stays`: the connection may carry another request then.
    """

    def __init__(self) -> None:
        self.status, self.headers = 0, dict[str, str]()
        self.arrivals, self.pieces = list[tuple[float, int]](), list[bytes]()
        self.ended, self.stays = False, True
        self._size, self._rest, self._unread = 0, b"", list[tuple[float, bytes]]()
        self._chunked = self._trailing = False
        self._left: int | None = 0  # bytes that are still to come of this chunk, or of all; None: until it closes

    @property
    def begun(self) -> bool:
        """Whether anything has come."""
        return bool(self.status or self._rest or self._unread)

    def take(self, data: bytes, now: float) -> None:
        """More bytes. NotHTTP where they are none."""
        self._unread.append((now, data))
        # Chunks are taken apart where the answer may have ended: the last one and its trailers end in an empty line.
        if not self._chunked or data.endswith(b"\r\n\r\n") or len(data) < 4:
            self._read()

    def close(self) -> None:
        """There are no more bytes."""
        self._read()
        self.ended = self.ended or (self.status > 0 and self._left is None)

    def _read(self) -> None:
        unread, self._unread = self._unread, []
        for now, piece in unread:
            data, self._rest = self._rest + piece, b""
            at = 0 if self.status else self._head(data)
            if self.status and not self.ended:
                self._body(data, at, now)

    def _head(self, data: bytes) -> int:
        """Read the status and the headers, if they are all there. Returns where the body begins."""
        at = 0
        while not self.status:
            end = data.find(b"\r\n\r\n", at)
            if end < 0:
                self._keep(data[at:])
                return len(data)
            first, *lines = data[at:end].decode("latin-1").split("\r\n")
            words = first.split(None, 2)
            if (
                len(words) < 2
                or not words[0].startswith("HTTP/1.")
                or not (words[1].isdecimal() and len(words[1]) == 3)
            ):
                raise NotHTTP(first)
            at = end + 4
            if words[1].startswith("1"):
                continue  # 100 Continue and the like come before the answer
            pairs = (line.partition(":") for line in lines)
            self.headers = {name.strip().title(): value.strip() for name, _, value in pairs}
            self.status = int(words[1])
            self._measure(words[0])
        return at

    def _measure(self, version: str) -> None:
        """How long the body is."""
        connection = self.headers.get("Connection", "close" if version == "HTTP/1.0" else "").lower()
        self.stays = self.stays and "close" not in connection
        length = self.headers.get("Content-Length")
        self._chunked = self.headers.get("Transfer-Encoding", "").lower().endswith("chunked")
        if self._chunked:
            self._left = 0
        elif self.status in _EMPTY or length is not None:
            self._left = 0 if self.status in _EMPTY else _whole(str(length), 10)
            if self._left == 0:
                self.ended = True
        else:
            self._left, self.stays = None, False

    def _body(self, data: bytes, at: int, now: float) -> None:
        if self._chunked:
            return self._chunks(data, at, now)
        piece = data[at:]
        if self._left is not None:
            piece, beyond = piece[: self._left], piece[self._left :]
            self._left -= len(piece)
            self.stays = self.stays and not beyond
        self._take(piece, now)
        if self._left == 0:
            self.ended = True
        return None

    def _chunks(self, data: bytes, at: int, now: float) -> None:
        """Take the payload out of the chunks. A chunk's `_left` counts the line end that closes it."""
        while at < len(data) and not self._trailing:
            if not self._left:
                end = data.find(b"\r\n", at)
                if end < 0:
                    return self._keep(data[at:])
                size = _whole(data[at:end].partition(b";")[0].decode("latin-1").strip(), 16)
                self._trailing, self._left = size == 0, size + 2 if size else 0
                at = end + 2
                continue
            piece = data[at : at + self._left]
            at += len(piece)
            self._left -= len(piece)
            if self._left < 2:
                piece = piece[: max(0, len(piece) - 2 + self._left)]
            self._take(piece, now)
        if self._trailing:
            self._end(data, at)
        return None

    def _take(self, piece: bytes, now: float) -> None:
        if piece:
            self._size += len(piece)
            self.arrivals.append((now, self._size))
            self.pieces.append(piece)

    def _end(self, data: bytes, at: int) -> None:
        """What stands after the last chunk: trailers, as a rule none, and an empty line."""
        if data.startswith(b"\r\n", at):
            last = at + 2
        elif (empty := data.find(b"\r\n\r\n", at)) >= 0:
            last = empty + 4
        else:
            return self._keep(data[at:])
        self.stays = self.stays and last == len(data)
        self.ended = True
        return None

    def _keep(self, rest: bytes) -> None:
        if len(rest) > _HEAD_BYTES:
            raise NotHTTP("a line without end")
        self._rest = rest


def _whole(text: str, base: int) -> int:
    """A length; Python's own `int` would also take signs and underscores."""
    if not text.isalnum() or not text.isascii() or len(text) > 16:
        raise NotHTTP(text)
    try:
        return int(text, base)
    except ValueError as error:
        raise NotHTTP(text) from error
