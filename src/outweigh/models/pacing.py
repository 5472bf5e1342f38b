"""When the tokens of a batch come: prompts of an exact length, answers of an exact length, and a clock.

What is computed is what an evaluation's generation computes (see `generating.py`); nothing is read as text, no answer
ends early, and no two prompts share their beginning.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

from outweigh.models.attention import Slots
from outweigh.models.network import Network
from outweigh.models.planning import Asked
from outweigh.models.transformers_model import TransformersModel
from outweigh.records import UserError

Clock = Callable[[], float]


def prompts(model: TransformersModel, count: int, length: int, seed: int) -> list[tuple[int, ...]]:
    """`count` prompts of `length` ordinary tokens of the model's vocabulary, drawn by `seed`, no two alike."""
    tokenizer = model.encoder.tokenizer
    special = {*tokenizer.all_special_ids, *model.ends}
    words = [number for number in range(min(len(tokenizer), model.words)) if number not in special]
    draw = random.Random(seed)
    firsts = draw.sample(words, count) if count <= len(words) else draw.choices(words, k=count)
    return [(first, *draw.choices(words, k=length - 1)) for first in firsts]


def check(model: TransformersModel, batch_size: int, prompt_tokens: int, output_tokens: int) -> None:
    """Refuse what the model's window or the memory at hand cannot hold."""
    length = prompt_tokens + output_tokens
    if length > model.encoder.window:
        raise UserError(
            f"{model.card.title}: {prompt_tokens} prompt and {output_tokens} output tokens exceed its window of "
            f"{model.encoder.window}; ask for fewer"
        )
    if model.network is not None and batch_size * length > model.room.tokens:
        raise UserError(
            f"{model.card.title}: a batch of {batch_size} with {length} tokens each does not fit: there is memory for "
            f"{model.room.tokens:,} tokens; ask for a smaller batch or fewer tokens",
            code="memory",
        )


def paced(
    model: TransformersModel, asked: Sequence[tuple[int, ...]], output_tokens: int, clock: Clock
) -> list[tuple[float, ...]]:
    """The clock's reading at every token of every answer, one tuple of `output_tokens` readings a prompt.

    A reading is taken once the token is known to the processor, so a device has finished what led to it.
    Raises OutOfMemory.
    """
    times: list[list[float]] = [[] for _ in asked]
    write = _together if model.network is not None else _one_by_one
    for _ in model.within_memory(write(model, asked, output_tokens, clock, times)):
        pass
    return [tuple(each) for each in times]


def _together(
    model: TransformersModel, asked: Sequence[tuple[int, ...]], output_tokens: int, clock: Clock, times: Any
) -> Any:
    network = model.network
    assert isinstance(network, Network)
    network.forget()
    slots = Slots(0, len(asked))
    order: list[int] = []
    last: list[int] = []
    wanted = [Asked(number, tokens, (0,)) for number, tokens in enumerate(asked)]
    for computed in network.walk(wanted, ends=True):
        reads = computed.pack.reads
        if not reads:
            continue
        chosen = network.head.logits(computed.outputs).argmax(dim=1).tolist()
        now = clock()
        for read in reads:
            times[read.request].append(now)
            last.append(chosen[computed.pack.read_rows[read.row]])
            order.append(read.request)
            slots.join(network.own(computed, computed.pack.ends[read.request], 0))
        yield
    for _ in range(output_tokens - 1):
        last = network.step(slots, last).argmax(dim=1).tolist()
        now = clock()
        for request in order:
            times[request].append(now)
        yield
    network.forget()


def _one_by_one(
    model: TransformersModel, asked: Sequence[tuple[int, ...]], output_tokens: int, clock: Clock, times: Any
) -> Any:
    import torch

    class Streamer:
        """What `generate` hands every token to: the prompt first, all at once."""

        def __init__(self, own: list[float]) -> None:
            self.put = self.prompt
            self.own = own

        def prompt(self, value: Any) -> None:
            self.put = lambda value: self.own.append(clock())

        def end(self) -> None:
            pass

    for own, tokens in zip(times, asked, strict=True):
        ids = torch.tensor([tokens], device=model.device)
        exact = {"min_new_tokens": output_tokens, "max_new_tokens": output_tokens}
        streamer = Streamer(own)
        model.module.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            pad_token_id=min(model.ends, default=0),
            streamer=streamer,
            **exact,
        )
        yield
