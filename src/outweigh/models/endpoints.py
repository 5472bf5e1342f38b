"""From an address to a model behind an OpenAI-compatible server: `http://host:port/v1#model`, its key, its card."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from outweigh.models.endpoint_client import Client, Endpoint, Reply
from outweigh.records import ModelCard, ModelSource, ModelSpec, UserError

KEY, KEY_FILE, USUAL_KEY = "OUTWEIGH_ENDPOINT_KEY", "OUTWEIGH_ENDPOINT_KEY_FILE", "OPENAI_API_KEY"
_LOOKING_SECONDS = 30.0
_LISTED = 12  # names in one line


def address(text: str) -> ModelSpec:
    """The spec of "http://host:port/v1" or "http://host:port/v1#model". Nothing is asked yet.

    Raises UserError, without repeating the address, where it carries what might be a secret.
    """
    base, _, model = text.partition("#")
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError as error:
        # What cannot be read may hold a password, so it is not repeated.
        raise UserError("the address of a server cannot be read; write http://host:port/v1#model") from error
    if parts.username is not None or parts.password is not None or parts.query:
        raise UserError(
            f"an address of {parts.hostname or 'a server'} carries a user, a password or a query, which would be "
            f"recorded with the results: leave them out and put the key into {KEY}, or its file's name into {KEY_FILE}"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError(f"{text}: not the address of a server; write http://host:port/v1#model")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
    return ModelSpec(source=ModelSource.ENDPOINT, name=f"{url}#{model}" if model else url)


def endpoint(spec: ModelSpec) -> Endpoint:
    """Where to ask for the model, with the key that the environment has for it."""
    url, _, model = spec.name.partition("#")
    return Endpoint(url, model, _key(os.environ))


def find(spec: ModelSpec) -> tuple[ModelSpec, ModelCard]:
    """The spec with its model named, and the card that GET /models allows.

    Without a name the server's only model is meant. A server that lists no models is taken at its word where a model
    is named. Raises UserError if it does not answer, has several models, or has not the one that is named.
    """
    place = endpoint(spec)
    reply = _listing(place)
    if reply.failure is not None:
        if place.model and reply.failure.status in (404, 405, 501):
            return spec, ModelCard(title=spec.title)
        hint = "; the address of such a server usually ends in /v1" if reply.failure.status == 404 else ""
        if reply.failure.status in (401, 403):
            hint = f"; put the key into {KEY}, or its file's name into {KEY_FILE}"
        raise UserError(f"{place.url}: {reply.failure.reason}{hint}")
    models = _models(place, reply.body)
    if not place.model and len(models) != 1:
        raise UserError(
            f"{place.url}: has {_listed(models)}; say which, as in {place.url}#{next(iter(models), 'model')}"
        )
    model = place.model or next(iter(models))
    about = models.get(model)
    if about is None and models:
        about = next((each for each in models.values() if model in (each.get("aliases") or ())), None)
        if about is None:
            raise UserError(f"{place.url}: has no model {model}; it has {_listed(models)}")
    pinned = spec.but(name=f"{place.url}#{model}")
    return pinned, _card(pinned, about or {})


def _key(environment: Mapping[str, str]) -> str | None:
    """The key, from our own variable, the file that is named, or the variable that OpenAI's tools read."""
    key = environment.get(KEY)
    if not key and (file := environment.get(KEY_FILE)):
        try:
            key = Path(file).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            raise UserError(f"{KEY_FILE}: {file} cannot be read ({why})") from error
    key = (key or environment.get(USUAL_KEY) or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UserError(f"the key in {KEY}, {KEY_FILE} or {USUAL_KEY} is not one line of plain characters")
    return key or None


def _listing(place: Endpoint) -> Reply:
    with Client(place, timeout_seconds=_LOOKING_SECONDS) as client:
        return client.reply(client.awaited(client.getting("/models")))


def _models(place: Endpoint, body: Any) -> dict[str, dict[str, Any]]:
    """What GET /models says of each model, by its name."""
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list) or not all(
        isinstance(each, dict) and isinstance(each.get("id"), str) for each in data
    ):
        raise UserError(f"{place.url}: GET /models does not answer with a list of models, so this is no such server")
    return {each["id"]: each for each in data}


def _listed(models: Mapping[str, object]) -> str:
    names = list(models)
    if not names:
        return "no models"
    rest = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{len(names)} model{'s' if len(names) > 1 else ''}: {', '.join(names[:_LISTED])}{rest}"


def _card(spec: ModelSpec, about: Mapping[str, Any]) -> ModelCard:
    """vLLM says the window (`max_model_len`), llama.cpp the parameters, the window and the bytes (`meta`)."""
    meta = about.get("meta") if isinstance(about.get("meta"), dict) else {}
    parent = about.get("root") or about.get("parent")
    return ModelCard(
        title=spec.title,
        parameters=_count(meta, "n_params"),
        context_length=_count(about, "max_model_len") or _count(meta, "n_ctx"),
        bytes_on_disk=_count(meta, "size"),
        parent=parent if isinstance(parent, str) and parent != about.get("id") else None,
    )


def _count(values: Any, name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) and value > 0 else None
