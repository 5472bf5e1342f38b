"""One sequence after the other through the model's own code, for architectures whose answers packs would change."""

from collections.abc import Iterator, Sequence
from typing import Any

from outweigh.models.generating import Writing, begin
from outweigh.models.heads import LMHead
from outweigh.models.likelihoods import Tally
from outweigh.models.planning import Read
from outweigh.models.tokens import Encoded, Encoder
from outweigh.records import Failed, Generate, Generated, Response


class Plain:
    """Answers without sharing anything between sequences, except that equal ones are computed once."""

    def __init__(self, module: Any, encoder: Encoder, ends: frozenset[int], device: str) -> None:
        self._module, self._encoder, self._ends, self._device = module, encoder, ends, device

    def score(self, requests: Sequence[tuple[str, Sequence[Encoded]]]) -> Iterator[tuple[str, Response]]:
        """Answer every request once, as it is complete."""
        import torch

        tally = Tally(requests, self._encoder.window)
        yield from tally.failed
        for each in tally.asked:
            count = len(each.targets)
            with torch.inference_mode():
                ids = torch.tensor([each.tokens], device=self._device)
                outputs = self._module(ids).logits[0, -count:]
                targets = torch.tensor(each.targets, device=self._device)
                found = LMHead().read(outputs, torch.arange(count, device=self._device), targets)
            reads = tuple(Read(index, each.request, index, target) for index, target in enumerate(each.targets))
            yield from tally.take((reads, *found))

    def texts(self, requests: Sequence[tuple[str, Generate]]) -> Iterator[tuple[str, Response]]:
        """Answer every request once, one after the other."""
        for name, request in requests:
            begun = begin(name, request, self._encoder)
            yield name, begun if isinstance(begun, Failed) else self._write(begun)

    def _write(self, writing: Writing) -> Generated:
        """Let the model's own `generate` run, with each token chosen, and the end found, as everywhere else."""
        import torch
        from transformers import LogitsProcessor, LogitsProcessorList, StoppingCriteria, StoppingCriteriaList

        done: list[Generated] = []

        class Choose(LogitsProcessor):
            def __call__(self, input_ids: Any, scores: Any) -> Any:
                chosen = writing.choose(scores[0].float())
                return torch.full_like(scores, -torch.inf).index_fill_(
                    1, torch.tensor([chosen], device=scores.device), 0
                )

        ends = self._ends

        class Stop(StoppingCriteria):
            def __call__(self, input_ids: Any, scores: Any, **more: Any) -> Any:
                answer = writing.take(int(input_ids[0, -1]), ends)
                done.extend([answer] if answer else [])
                return torch.tensor([bool(done)], device=input_ids.device)

        ids = torch.tensor([writing.encoded.context], device=self._device)
        self._module.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=writing.limit,
            eos_token_id=sorted(self._ends)[:1] or None,
            pad_token_id=min(self._ends, default=0),
            logits_processor=LogitsProcessorList([Choose()]),
            stopping_criteria=StoppingCriteriaList([Stop()]),
        )
        return done[0]
