"""What models answered, by what they were asked: an equal request to an equal model need not be asked again.

Only answers that Outweigh asked for itself come here, once their journal holds them, and they live as long as that
journal does. As in `runs`, functions take a session and never commit.
"""

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from outweigh.records import (
    Evaluation,
    Failed,
    Generate,
    Generated,
    Likelihood,
    Likelihoods,
    ModelSpec,
    Request,
    Response,
    Transcript,
)
from outweigh.store.columns import json_text
from outweigh.store.tables import ResponseRow

_CHUNK = 500  # far below the number of variables that a database takes in one statement
_RESPONSE: TypeAdapter[Response] = TypeAdapter(Response)


def known(session: Session, model: ModelSpec, requests: Sequence[Request]) -> dict[str, Response]:
    """Responses by the request's fingerprint; what is not there, or cannot be read as an answer to it, is left out."""
    wanted = {request.fingerprint: request for request in requests}
    names, found = list(wanted), {}
    for start in range(0, len(names), _CHUNK):
        columns = select(ResponseRow.request, ResponseRow.response)
        here = ResponseRow.model == model.fingerprint, ResponseRow.request.in_(names[start : start + _CHUNK])
        for name, text in session.execute(columns.where(*here)):
            response = _read(text)
            if response is not None and _answers(wanted[name], response):
                found[name] = response
    return found


def keep(session: Session, evaluation: Evaluation, transcripts: Sequence[Transcript]) -> None:
    """Keep what was answered now, each equal request once. Failures and answers from here are left out."""
    model, work = evaluation.model.fingerprint, evaluation.work
    rows = {
        each.request.fingerprint: {"response": json_text(each.response), "work": work}
        for each in transcripts
        if not each.cached and not isinstance(each.response, Failed)
    }
    if not rows:
        return
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(ResponseRow)
    # The later one wins: it was asked for because the earlier was not there yet, or could not be read.
    upsert = insert.on_conflict_do_update(
        index_elements=["model", "request"],
        set_={"response": insert.excluded.response, "work": insert.excluded.work},
    )
    # In one order everywhere, so that two writers of the same requests wait for each other and never in a circle.
    session.execute(upsert, [{"model": model, "request": name, **rows[name]} for name in sorted(rows)])


def forget(session: Session, works: Sequence[str]) -> None:
    """Forget what came to these journals."""
    session.execute(delete(ResponseRow).where(ResponseRow.work.in_(works)))


def count(session: Session) -> int:
    """How many answers are kept."""
    return session.scalar(select(func.count()).select_from(ResponseRow)) or 0


def _read(text: str) -> Response | None:
    try:
        return _RESPONSE.validate_json(text)
    except ValidationError:
        return None


def _answers(request: Request, response: Response) -> bool:
    if isinstance(request, Likelihood):
        return isinstance(response, Likelihoods) and len(response.sums) == len(request.continuations)
    return isinstance(request, Generate) and isinstance(response, Generated)
