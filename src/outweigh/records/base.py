"""The base of every record: frozen, closed to unknown fields, and aware of its own fingerprint."""

import hashlib
import json
from functools import cached_property
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict


def canonical_json(value: Any) -> str:
    """The one spelling of a JSON value that is hashed: sorted keys, no blanks, UTF-8 kept."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of `text` in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Record(BaseModel):
    """A frozen value. Two records with equal fields have equal fingerprints on every machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    schema_version: ClassVar[int] = 1

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the record's kind, schema version and canonical JSON."""
        kind = f"{type(self).__name__}/{self.schema_version}"
        return digest(canonical_json([kind, self.identity()]))

    def identity(self) -> dict[str, Any]:
        """What the fingerprint is taken of."""
        return self.model_dump(mode="json")

    def but(self, **changes: object) -> Self:
        """A copy with some fields changed, validated again."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**(fields | changes))
