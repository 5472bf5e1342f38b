"""lm-evaluation-harness's model interface: `lm_eval --model outweigh` runs any of its tasks on this engine.

Rules of texts and tokens are lm-eval's own code where that is not `hf` itself (`api/model.py`, `models/utils.py`),
else as in `models/huggingface.py` 0.4.13 with a batch of one. Numbers equal those of `hf` in float32; in half precision
`hf` normalises in half precision too unless it is told softmax_dtype=float32, and this engine always in float32.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lm_eval import utils
from lm_eval.api.instance import Instance
from lm_eval.api.model import TemplateLM
from lm_eval.models.utils import (
    _add_special_kwargs,
    handle_stop_sequences,
    has_bos_prefix,
    normalize_gen_kwargs,
    resolve_max_length,
)
from tqdm import tqdm  # type: ignore[import-untyped]

from outweigh.engine.asking import answers
from outweigh.engine.lm_eval_arguments import ModelArguments, candidate, read
from outweigh.engine.lm_eval_generation import Writer, decoding
from outweigh.models.tokens import Encoded, Encoder
from outweigh.models.transformers_model import TransformersModel
from outweigh.records import Failed, Generate, Generated, Likelihoods, Response, UserError

_GROUP_TOKENS = 2**16  # tokens handed over at once: enough to share prompts, little enough to plan in memory
_GROUP_TEXTS = 512

Tokenised = tuple[tuple[str, str] | None, list[int], list[int]]  # lm-eval's: (texts, context ids, continuation ids)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PromptEncoder(Encoder):
    """Encodes prompts as `hf` does, whose rule for them differs from the one for likelihoods."""

    add_bos: bool | None = None

    def prompt(self, text: str, room: int) -> Encoded:
        """A prompt that leaves `room` tokens for the answer, cut from the left where it must be."""
        add = False if has_bos_prefix(text, getattr(self.tokenizer, "bos_token", None)) else self.add_bos
        ids = self.tokenizer(text, **_add_special_kwargs(add))["input_ids"]
        excess = max(0, len(ids) - (self.window - room))
        return Encoded(tuple(ids[excess:]), (), excess)


def _open(arguments: ModelArguments) -> TransformersModel:
    from transformers import AutoTokenizer

    found = candidate(arguments, logger.info)
    model = found.model()
    assert isinstance(model, TransformersModel)
    tokenizer = model.encoder.tokenizer
    if arguments.add_bos_token is not None:
        tokenizer = AutoTokenizer.from_pretrained(
            tokenizer.name_or_path,
            trust_remote_code=arguments.trust_remote_code,
            add_bos_token=arguments.add_bos_token,
        )
    window = arguments.max_length or resolve_max_length(model.module.config, tokenizer)
    return replace(model, encoder=PromptEncoder(tokenizer, window, arguments.add_bos_token))


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"…{text[-60:]}")


def _groups(requests: Sequence[Tokenised], window: int) -> Iterator[list[tuple[str, list[Encoded]]]]:
    """Requests under their places, those that begin alike together, in groups that can be planned at once."""
    group, size = [], 0
    for place in sorted(range(len(requests)), key=lambda place: requests[place][1] + requests[place][2]):
        texts, context, continuation = requests[place]
        if not context:
            raise UserError(f"loglikelihood of {_short(texts[1] if texts else '')}: its context has no tokens")
        excess = max(0, len(context) + len(continuation) - (window + 1))
        if excess:
            logger.warning("a context is cut by %d tokens on the left to fit %d", excess, window)
        group.append((str(place), [Encoded(tuple(context[excess:]), tuple(continuation), excess)]))
        size += len(context) + len(continuation) - excess
        if size >= _GROUP_TOKENS:
            yield group
            group, size = [], 0
    if group:
        yield group


class OutweighLM(TemplateLM):  # type: ignore[misc]
    """A model that this engine loads and runs; the arguments are those of `ModelArguments`."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__()
        self._arguments = read(arguments)
        self._model = _open(self._arguments)
        self._device = self._model.module.device
        self.tokenizer = self._model.encoder.tokenizer
        self._writer = Writer.of(self._model.module.generation_config, self.tokenizer)
        self.batch_size = self._arguments.batch_size

    @property
    def eot_token_id(self) -> int:
        """The id that ends a text."""
        return int(self.tokenizer.eos_token_id)

    @property
    def prefix_token_id(self) -> int:
        """The id that stands before a text that has nothing before it."""
        asked = self._arguments.prefix_token_id
        return self._model.encoder.start if asked is None else asked

    @property
    def max_length(self) -> int:
        """Tokens that the model can see at once."""
        return self._model.encoder.window

    @property
    def max_gen_toks(self) -> int:
        """Tokens of an answer where the task does not say."""
        return self._arguments.max_gen_toks

    @property
    def tokenizer_name(self) -> str:
        """What names the chat template in lm-eval's cache of requests."""
        spec = self._model.spec
        return f"{spec.name}@{spec.revision}".replace("/", "__")

    def tok_encode(self, string: str, add_special_tokens: bool | None = None, **_: Any) -> list[int]:
        """Ids of a text; a start token that the text spells out is not added again."""
        special = _add_special_kwargs(add_special_tokens, self._arguments.add_bos_token)
        if add_special_tokens is None and has_bos_prefix(string, self.tokenizer.decode(self.prefix_token_id)):
            special = {"add_special_tokens": False}
        return list(self.tokenizer.encode(string, **special))

    def loglikelihood(self, requests: list[Instance], disable_tqdm: bool = False) -> list[tuple[float, bool]]:
        """(log-likelihood in nats, is greedy) of each continuation after its context."""
        for request in requests:
            if request.args[1] == "":
                raise UserError(f"loglikelihood of nothing after {_short(request.args[0])}: {request.task_name}")
        found: list[tuple[float, bool]] = super().loglikelihood(requests, disable_tqdm=disable_tqdm)
        return found

    def _loglikelihood_tokens(
        self, requests: Sequence[Tokenised], disable_tqdm: bool = False, **_: Any
    ) -> list[tuple[float, bool]]:
        found: list[tuple[float, bool]] = [(0.0, False)] * len(requests)
        bar = tqdm(total=len(requests), disable=disable_tqdm, desc="Running loglikelihood requests")
        for group in _groups(requests, self.max_length):
            for place, response in _complete(answers(self._model.score, group), len(group)):
                texts = requests[place][0]
                if not isinstance(response, Likelihoods):
                    raise _unanswered(f"loglikelihood of {_short((texts or ('', 'a window of a text'))[1])}", response)
                found[place] = (response.sums[0], response.is_greedy[0])
                if texts is not None:
                    self.cache_hook.add_partial("loglikelihood", texts, found[place])
                bar.update()
        bar.close()
        return found

    def loglikelihood_rolling(self, requests: list[Instance], disable_tqdm: bool = False) -> list[float]:
        """Log-likelihood of each whole text in nats, window by window where it is longer than the model can see."""
        windows: list[Tokenised] = []
        owners = []
        for owner, request in enumerate(requests):
            for window in utils.get_rolling_token_windows(
                token_list=self.tok_encode(request.args[0]),
                prefix_token=self.prefix_token_id,
                max_seq_len=self.max_length,
                context_len=1,
            ):
                windows.append((None, *utils.make_disjoint_window(window)))
                owners.append(owner)
        totals = [0.0] * len(requests)
        for owner, (value, _) in zip(owners, self._loglikelihood_tokens(windows, disable_tqdm), strict=True):
            totals[owner] += value
        for request, total in zip(requests, totals, strict=True):
            self.cache_hook.add_partial("loglikelihood_rolling", request.args, total)
        return totals

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """A text for each (prompt, gen_kwargs), cut before its stop strings."""
        asked = self._generations(requests)
        found = [""] * len(requests)
        bar = tqdm(total=len(requests), disable=disable_tqdm, desc="Running generate_until requests")
        for ends in dict.fromkeys(ends for _, ends in asked):
            model = replace(self._model, ends=ends)
            order = sorted((i for i, each in enumerate(asked) if each[1] == ends), key=lambda i: asked[i][0].prompt)
            for start in range(0, len(order), _GROUP_TEXTS):
                group = [(str(place), asked[place][0]) for place in order[start : start + _GROUP_TEXTS]]
                for place, response in _complete(answers(model.answer, group), len(group)):
                    if not isinstance(response, Generated):
                        raise _unanswered(f"generate_until after {_short(requests[place].args[0])}", response)
                    found[place] = response.text
                    self.cache_hook.add_partial("generate_until", requests[place].args, response.text)
                    bar.update()
        bar.close()
        return found

    def _generations(self, requests: list[Instance]) -> list[tuple[Generate, frozenset[int]]]:
        """Each request with the tokens that end it. A request that comes again is sampled with another seed."""
        import torch

        eos = self.tokenizer.decode(self.eot_token_id, skip_special_tokens=False)
        seen: Counter[str] = Counter()
        found = []
        for request in requests:
            prompt, settings = request.args
            same = json.dumps([prompt, settings], sort_keys=True, default=str)
            seed = torch.initial_seed() + seen[same]
            seen[same] += 1
            settings = normalize_gen_kwargs(settings, self.max_gen_toks)
            stop = tuple(handle_stop_sequences(settings["until"], eos=eos))
            how = decoding(settings, self._writer.defaults, seed % 2**32)
            found.append((Generate(prompt=prompt, stop=stop, decoding=how), self._writer.ends(stop)))
        return found

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """A conversation through the model's template; without its system turn where the template takes none."""
        from jinja2.exceptions import TemplateError

        how = {
            "tokenize": False,
            "add_generation_prompt": add_generation_prompt,
            "continue_final_message": not add_generation_prompt,
        }
        try:
            return str(self.tokenizer.apply_chat_template(chat_history, **how))
        except TemplateError:
            logger.warning("the chat template takes no system turn; it is left out")
            turns = [turn for turn in chat_history if turn["role"] != "system"]
            return str(self.tokenizer.apply_chat_template(turns, **how))

    def get_model_info(self) -> dict[str, Any]:
        """What lm-eval writes beside the results."""
        spec, module = self._model.spec, self._model.module
        return {
            "model_num_parameters": module.num_parameters(),
            "model_dtype": str(module.dtype),
            "model_revision": spec.revision,
            "model_sha": spec.revision,
        }


def _complete(responses: Iterator[tuple[str, Response]], expected: int) -> Iterator[tuple[int, Response]]:
    """Every response with its place; an answer that did not come is an error, never a number."""
    count = 0
    for name, response in responses:
        count += 1
        yield int(name), response
    if count != expected:
        raise RuntimeError(f"{expected - count} of {expected} requests came back without an answer")


def _unanswered(request: str, response: Response) -> UserError:
    reason = response.message if isinstance(response, Failed) else f"unexpected {response.kind}"
    return UserError(f"{request}: {reason}")
