"""A small Hub on the loopback: as much of its protocol as huggingface_hub and datasets need to download.

    with HubServer() as hub:
        hub.add("org/name", {"config.json": b"{}"})
        environment = {"HF_ENDPOINT": hub.url}

`add` makes a commit. Files of more than `LARGE` bytes, and all weights, are stored as the Hub stores large ones.
"""

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = 10_000
_WEIGHTS = (".safetensors", ".gguf", ".bin", ".parquet")
_API = re.compile(r"/api/(models|datasets)/([^/]+/[^/]+?)(?:/(revision|tree|paths-info|refs)(?:/([^/]+)(?:/(.*))?)?)?")
_FILE = re.compile(r"/(?:(datasets)/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)")


@dataclass
class Repository:
    """Commits, newest last, and what is wrong with it on purpose."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    gated: bool = False
    private: bool = False
    cut: set[str] = field(default_factory=set)  # files whose body ends early
    garbled: set[str] = field(default_factory=set)  # files whose body is not what the digest says


@dataclass(frozen=True)
class Seen:
    """A request that came in."""

    method: str
    path: str


class HubServer:
    """The server. `requests` lists what was asked; `down` is a status, `page` a web page, that answers everything."""

    token = "hf_the_right_token"

    def __init__(self) -> None:
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.requests: list[Seen] = []
        self.down: int | None = None
        self.page: bytes | None = None
        server = self
        handler = type("Handler", (_Handler,), {"hub": server})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """For HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def add(
        self, name: str, files: Mapping[str, bytes | str], *, kind: str = "models", branch: str = "main"
    ) -> Repository:
        """Commit these files as the whole content of a branch; `kind` is "models" or "datasets"."""
        repository = self.repositories.setdefault((kind, name), Repository())
        content = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
        inventory = [(path, hashlib.sha256(data).hexdigest()) for path, data in sorted(content.items())]
        commit = hashlib.sha1(repr((name, len(repository.commits), inventory)).encode()).hexdigest()
        repository.commits[commit] = content
        repository.branches[branch] = commit
        return repository

    def commit(self, name: str, *, kind: str = "models", branch: str = "main") -> str:
        """The commit that a branch is at."""
        return self.repositories[kind, name].branches[branch]

    def asked(self, ending: str, method: str = "GET") -> int:
        """How often a path with this ending was asked for."""
        return sum(seen.method == method and seen.path.endswith(ending) for seen in self.requests)


class _Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, code: str = "", message: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message or code


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(Seen(self.command, path))
        try:
            if self.hub.down is not None:
                raise _Refused(self.hub.down, "", "down on purpose")
            if self.hub.page is not None:
                self._send(200, self.hub.page, {"Content-Type": "text/html"})
            elif match := _FILE.fullmatch(path):
                self._file(match)
            elif match := _API.fullmatch(path):
                self._json(self._api(match, body))
            else:
                raise _Refused(404, "", f"no such endpoint: {path}")
        except _Refused as refused:
            content = json.dumps({"error": refused.message}).encode()
            headers = {"X-Error-Code": refused.code, "X-Error-Message": refused.message}
            self._send(refused.status, content, {key: value for key, value in headers.items() if value})

    def _repository(self, kind: str, name: str, *, download: bool = False) -> Repository:
        repository = self.hub.repositories.get((kind, name))
        sent = self.headers.get("Authorization")
        known = sent == f"Bearer {self.hub.token}"
        if sent is not None and not known:
            raise _Refused(401, "", "Invalid credentials in Authorization header")
        if repository is None or (repository.private and not known):
            raise _Refused(404 if known else 401, "RepoNotFound", "Repository not found")
        if download and repository.gated and not known:
            raise _Refused(401 if sent is None else 403, "GatedRepo", f"Access to model {name} is restricted")
        return repository

    def _commit(self, repository: Repository, revision: str) -> str:
        commit = repository.branches.get(revision, revision)
        if commit not in repository.commits:
            raise _Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return commit

    def _api(self, match: re.Match[str], body: bytes) -> Any:
        kind, name, action, revision, folder = match.groups()
        repository = self._repository(kind, name)
        if action == "refs":
            branches = [
                {"name": branch, "ref": f"refs/heads/{branch}", "targetCommit": commit}
                for branch, commit in repository.branches.items()
            ]
            return {"branches": branches, "tags": [], "converts": []}
        commit = self._commit(repository, revision or "main")
        files = repository.commits[commit]
        if action == "tree":
            recursive = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() in ("true", "1")
            return _tree(files, folder or "", recursive)
        if action == "paths-info":
            return _paths_info(files, _paths(body))
        return _info(name, commit, repository, files)

    def _file(self, match: re.Match[str]) -> None:
        kind, name, revision, path = match.groups()
        repository = self._repository(kind or "models", name, download=True)
        commit = self._commit(repository, revision)
        data = repository.commits[commit].get(path)
        if data is None:
            raise _Refused(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": commit, "ETag": f'"{_etag(path, data)}"', "Accept-Ranges": "bytes"}
        if self.command == "GET" and path in repository.garbled:
            data = data[:-1] + bytes([data[-1] ^ 1])
        if self.command == "GET" and path in repository.cut:
            data = data[: len(data) // 2]
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if wanted and self.command == "GET":
            start = int(wanted.group(1))
            if start >= len(data):
                raise _Refused(416, "", "nothing left")
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._send(206, data[start:], headers)
        else:
            self._send(200, data, headers)

    def _json(self, value: Any) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _paths(body: bytes) -> list[str]:
    try:
        return list(json.loads(body)["paths"])
    except ValueError:
        return parse_qs(body.decode()).get("paths", [])


def _tree(files: Mapping[str, bytes], folder: str, recursive: bool) -> list[dict[str, Any]]:
    """The entries below a folder; without `recursive` its own files and the folders beside them."""
    start = f"{folder}/" if folder else ""
    below = {path: data for path, data in files.items() if path.startswith(start)}
    if folder and not below:
        raise _Refused(404, "EntryNotFound", f"{folder} does not exist")
    folders = {
        "/".join(parts[:depth]) for path in below for parts in [path.split("/")] for depth in range(1, len(parts))
    }
    entries = [_entry(path, data) for path, data in below.items()]
    entries += [_folder(path) for path in sorted(folders) if path.startswith(start)]
    return [entry for entry in entries if recursive or "/" not in entry["path"].removeprefix(start)]


def _folder(path: str) -> dict[str, Any]:
    return {"type": "directory", "path": path, "oid": hashlib.sha1(path.encode()).hexdigest(), "size": 0}


def _paths_info(files: Mapping[str, bytes], paths: list[str]) -> list[dict[str, Any]]:
    found = []
    for path in paths:
        if path in files:
            found.append(_entry(path, files[path]))
        elif any(name.startswith(f"{path}/") for name in files):
            found.append(_folder(path))
    return found


def _info(name: str, commit: str, repository: Repository, files: Mapping[str, bytes]) -> dict[str, Any]:
    siblings = []
    for path, data in files.items():
        entry = _entry(path, data)
        one = {"rfilename": path, "size": len(data), "blobId": entry["oid"]}
        if "lfs" in entry:
            one["lfs"] = {"sha256": entry["lfs"]["oid"], "size": len(data), "pointerSize": 134}
        siblings.append(one)
    return {
        "_id": commit[:24],
        "id": name,
        "modelId": name,
        "author": name.split("/")[0],
        "sha": commit,
        "lastModified": "2025-01-01T00:00:00.000Z",
        "createdAt": "2025-01-01T00:00:00.000Z",
        "private": repository.private,
        "gated": "auto" if repository.gated else False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "cardData": repository.card,
        "siblings": siblings,
    }


def _entry(path: str, data: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(data), "oid": _blob(data)}
    if _is_large(path, data):
        entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
    return entry


def _is_large(path: str, data: bytes) -> bool:
    return len(data) > LARGE or path.endswith(_WEIGHTS)


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _etag(path: str, data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if _is_large(path, data) else _blob(data)
