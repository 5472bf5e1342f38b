"""A run that is measured too: once all is asked, what its models cost at the lengths of its own requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from outweigh.engine import reading
from outweigh.engine.candidates import Candidate
from outweigh.engine.config import RunConfig
from outweigh.engine.measure_config import MeasureConfig, Reporter, seconds
from outweigh.engine.measuring import measure_into, ready
from outweigh.engine.recording import noted
from outweigh.engine.worker import Lost
from outweigh.records import Generated, Likelihoods, Response, Run, UserError

_OUTPUT = MeasureConfig.model_fields["output_tokens"].default[0]  # where no request writes


@dataclass(frozen=True)
class Lengths:
    """Tokens of a typical request of a run, and in words where they come from."""

    prompt_tokens: int
    output_tokens: int
    told: str


def measured_too(name: str, candidates: Sequence[Candidate], config: RunConfig, reporter: Reporter) -> None:
    """Measure the run's models into it. What cannot be measured is a note: the evaluations are there all the same."""
    found = lengths(reading.load(name))
    if found is None:
        _say(name, "Not measured: no request was answered, so none has a length", reporter)
        return
    _say(name, found.told, reporter)
    wanted = MeasureConfig(
        models=config.models,
        prompt_tokens=(found.prompt_tokens,),
        output_tokens=(found.output_tokens,),
        budget_seconds=seconds(config.measure_budget, "measure-budget"),
        seed=config.seed,
        device=config.device,
        precision=config.precision,
        name=name,
    )
    each_once = {each.spec.fingerprint: each for each in candidates}
    try:
        measure_into(name, ready(wanted, tuple(each_once.values()), reporter), reporter)
    except (UserError, Lost) as error:
        _say(name, f"Not measured: {error}", reporter)


def lengths(run: Run) -> Lengths | None:
    """The medians of all models' requests together, so that all are measured alike; None where none was answered.

    Requests that write count alone where there are some. Where there are none a prompt is the text before one choice
    with that choice, and the output is as long as `outweigh measure` has it, so that writing is timed as well.
    """
    sizes = [size for response in _responses(run) if (size := _size(response))]
    writing = [(read, written) for read, written in sizes if written is not None]
    if writing:
        prompt, output = _middle([read for read, _ in writing]), _middle([written for _, written in writing])
        where = f"the medians of this run's {len(writing):,} requests that write"
        return Lengths(prompt, output, f"Measured at {prompt} + {output} tokens: {where}")
    if not sizes:
        return None
    prompt = _middle([read for read, _ in sizes])
    told = (
        f"Measured at {prompt} + {_OUTPUT} tokens: the median prompt of this run's {len(sizes):,} requests, a choice "
        f"included; they compare likelihoods and write nothing, so {_OUTPUT} is `outweigh measure`'s own length, for "
        "writing to be timed too"
    )
    return Lengths(prompt, _OUTPUT, told)


def _responses(run: Run) -> Iterator[Response]:
    for result in run.results:
        for each in reading.transcripts(result):
            yield each.response


def _size(response: Response) -> tuple[int, int | None] | None:
    """Tokens read for one sequence and tokens written; None where nothing is known of them."""
    match response:
        case Generated(input_tokens=read, tokens=written) if read:
            return read, written
        case Likelihoods(input_tokens=read, sums=choices) if read:
            return max(1, round(read / len(choices))), None
        case _:
            return None


def _middle(values: Sequence[int]) -> int:
    return max(1, round(median(values)))


def _say(name: str, line: str, reporter: Reporter) -> None:
    reporter.say(line)
    noted(name, line)
