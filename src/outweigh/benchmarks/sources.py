"""Where rows come from: a mirror directory first, else the Hub.

A mirror is a directory `<root>/<org>/<name>/<config>/<split>` with `.jsonl`, `.jsonl.gz` or `.parquet` files: the
Hub's own columns, usable without any network.
"""

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outweigh.benchmarks.benchmark import Dataset
from outweigh.records import UserError

Row = dict[str, Any]


@dataclass(frozen=True)
class Mirror:
    """Rows from a directory; nothing is ever downloaded."""

    root: Path

    def split(self, dataset: Dataset, split: str) -> list[Row] | None:
        """Every row of the split in order, or None if the mirror has no such file."""
        folder = self.root / dataset.repository / dataset.config
        if not self.root.is_dir():
            raise UserError(f"the mirror {self.root} is not a directory: set OUTWEIGH_MIRROR to one, or unset it")
        if not folder.is_dir():
            raise UserError(
                f"the mirror {self.root} has no {dataset.repository}/{dataset.config}: add it there, or unset "
                "OUTWEIGH_MIRROR to read it from the Hub"
            )
        for suffix in (".jsonl", ".jsonl.gz", ".parquet"):
            file = folder / f"{split}{suffix}"
            if file.is_file():
                return _parquet(file) if suffix == ".parquet" else list(_lines(file))
        return None


def _lines(file: Path) -> Iterator[Row]:
    opened = gzip.open if file.suffix == ".gz" else open
    number = 0
    try:
        with opened(file, "rt", encoding="utf-8", newline="\n") as text:
            for number, line in enumerate(text, start=1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise UserError(f"{file}, line {number}: expected a JSON object with the Hub's columns")
                yield row
    except json.JSONDecodeError as error:
        raise UserError(f"{file}, line {number}: not JSON ({error.msg}); mend or remove that line") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file}, after line {number}: not UTF-8 ({error.reason})") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{file}, after line {number}: damaged gzip data ({error}); copy the file again") from error


def _parquet(file: Path) -> list[Row]:
    import pyarrow.parquet
    from pyarrow import ArrowException

    try:
        rows: list[Row] = pyarrow.parquet.read_table(file).to_pylist()
    except (ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{file}: not a readable Parquet file ({reason}); copy it again") from error
    return rows


@dataclass(frozen=True)
class Hub:
    """Rows from the Hugging Face Hub through `datasets`, which caches them; HF_ENDPOINT and HF_TOKEN apply."""

    def split(self, dataset: Dataset, split: str) -> list[Row] | None:
        """Every row of the split in order, or None if the data set has no such split."""
        splits = self._splits(dataset)
        return [dict(row) for row in splits[split]] if split in splits else None

    def _splits(self, dataset: Dataset) -> Any:
        try:
            import datasets
        except ImportError as error:
            raise UserError(
                f"{dataset.repository} is on the Hub, and reading it needs `datasets`: pip install 'outweigh[hub]', "
                "or set OUTWEIGH_MIRROR to a directory that holds it"
            ) from error
        import huggingface_hub.utils.logging as hub_logging
        from huggingface_hub.errors import HfHubHTTPError

        datasets.disable_progress_bars()
        datasets.logging.set_verbosity_error()
        # The retries would bury the one line that says what failed.
        hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        config = None if dataset.config == "default" else dataset.config
        try:
            return datasets.load_dataset(dataset.repository, config)
        except (OSError, ValueError, HfHubHTTPError, datasets.exceptions.DatasetsError) as error:
            reason = str(error).strip().splitlines()[0][:200]
            raise UserError(
                f"cannot read {dataset.repository} ({dataset.config}) from the Hub: {reason}. Check the network and "
                "HF_TOKEN, or set OUTWEIGH_MIRROR to a directory that holds it"
            ) from error


def rows_here(mirror: str | None = None) -> Mirror | Hub:
    """The mirror named by the argument or by OUTWEIGH_MIRROR, else the Hub."""
    root = mirror or os.environ.get("OUTWEIGH_MIRROR")
    return Mirror(Path(root).expanduser()) if root else Hub()
