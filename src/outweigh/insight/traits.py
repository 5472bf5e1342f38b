"""What a model's card tells a learner: one number a trait, NaN where the card does not say.

Only what the card of a model that nobody has evaluated yet may tell. Left out, though leaderboards have them: the
emissions of the evaluation, which depend on the answers; the flag for contamination and whether a model is still to be
had, which came afterwards.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from outweigh.insight.series import SERIES, likely_series, series_by_shape
from outweigh.records import Standing

_SPLIT = re.compile(r"[-_./ ()]+")
_WORD_ROWS, _WORD_FAMILIES = 10, 4  # how often, and in how many families, a word has to occur
_DAY_ZERO = date(2023, 1, 1).toordinal()
_KINDS = (
    "fine-tunedondomain-specificdatasets",
    "basemergesandmoerges",
    "chatmodels",
    "pretrained",
    "continuouslypretrained",
)
_ARCHITECTURES = ("Llama", "Qwen2", "Mistral", "Gemma2", "Gemma", "Mixtral", "Phi3", "Phi", "GPT", "Falcon")
_LICENSES = ("apache", "mit", "llama", "gemma", "nc", "other")
# Words in a model's name or its parent's that tell how it was made or from what.
_WORDS = {
    "instruct": r"instruct|\bit\b|chat|assistant",
    "base": r"\bbase\b",
    "reasoning": r"reason|\br1\b|think|\bo1\b|\bcot\b|qwq|deepthink",
    "math": r"math|numina",
    "code": r"code",
    "merge": r"merge|slerp|ties|dare|stock|della|\bsce\b|fusion|passthrough|linear|breadcrumb",
    "preference": r"dpo|orpo|simpo|kto|rlhf|ppo|grpo|\brl\b",
    "tuned": r"\bsft\b|finetune|\bft\b|lora|alpaca|tulu|hermes|dolphin|openchat|orca",
    "distilled": r"distil",
    "role play": r"\brp\b|roleplay|uncensored|ablit|lewd|nsfw|maid|stheno|lunaris|magnum|dark",
    "medical": r"med|bio|chem",
    "language": r"\bko\b|korean|\bja\b|japanese|\bita\b|german|french|chinese|arab|thai|viet|indo|turk|portug|spanish",
    "trial": r"test|\bexp|\bv0\b|step|epoch|check",
    "small": r"tiny|mini|nano|small|micro",
    "large": r"large|\bxl\b|ultra|\bmax\b",
    "qwen": r"qwen|qwq",
    "qwen 2.5": r"qwen-?2[.-]5|qwq|qwenv|lamarck",
    "qwen 2": r"qwen-?2(?![.-]?5)",
    "llama": r"llama",
    "llama 3": r"llama-?3|\bl3",
    "llama 3.1": r"llama-?3[.-]?[123]|\bl3\.[123]",
    "llama 2": r"llama-?2",
    "mistral": r"mistral|zephyr",
    "nemo": r"nemo",
    "gemma": r"gemma",
    "gemma 2": r"gemma-?2",
    "phi": r"\bphi",
    "phi 4": r"phi-?4",
    "phi 3": r"phi-?3",
    "yi": r"\byi\b",
    "falcon": r"falcon",
    "smol": r"smol",
    "deepseek": r"deepseek|\bds\b",
    "solar": r"solar",
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in _WORDS.items()}
_NUMBERS: dict[str, Callable[[Standing], float | None]] = {
    "log parameters": lambda each: _log(each.parameters or each.named_parameters),
    "date": lambda each: _days(each.published or each.submitted),
    "generation": lambda each: each.generation,
    "log likes": lambda each: float(np.log1p(each.likes)) if each.likes is not None else None,
    "merged": lambda each: each.merged,
    "mixture of experts": lambda each: each.mixture_of_experts,
    "official": lambda each: each.official,
    "adapter": lambda each: each.adapter,
    "chat template": lambda each: each.chat_template,
    "bfloat16": lambda each: each.precision == "bfloat16" if each.precision else None,
    "parent removed": lambda each: (each.parent or "").lower() == "removed",
    "parent is itself": lambda each: (each.parent or "").split(" ")[0] == each.model,
    "parent is a merge": lambda each: "(Merge)" in (each.parent or ""),
    "license told": lambda each: each.license is not None,
}


def _log(value: float | None) -> float | None:
    return float(np.log(value)) if value else None


def _days(day: date | None) -> float | None:
    return None if day is None else float(day.toordinal() - _DAY_ZERO)


def trait_names() -> tuple[str, ...]:
    """The columns of `traits`, in order. The first is the logarithm of the number of parameters."""
    return (
        *_NUMBERS,
        *(f"kind {name}" for name in _KINDS),
        *(f"architecture {name}" for name in _ARCHITECTURES),
        *(f"license {name}" for name in _LICENSES),
        *(f"name: {name}" for name in _WORDS),
    )


def traits(standings: Sequence[Standing]) -> NDArray[np.float64]:
    """A row a standing and a column a trait."""
    return np.array([_row(standing) for standing in standings], dtype=np.float64).reshape(-1, len(trait_names()))


def _row(standing: Standing) -> list[float]:
    architecture, license_ = standing.architecture or "", (standing.license or "").lower()
    name = _names(standing).replace("_", "-")
    numbers = [tell(standing) for tell in _NUMBERS.values()]
    known = [np.nan if number is None else float(number) for number in numbers]
    known += [np.nan if standing.kind is None else float(standing.kind == kind) for kind in _KINDS]
    known += [float(re.match(rf"{each}(For|Model|LM|J|Neo)", architecture) is not None) for each in _ARCHITECTURES]
    known += [float(each in license_) for each in _LICENSES]
    return known + [float(pattern.search(name) is not None) for pattern in _PATTERNS.values()]


def vocabulary(standings: Sequence[Standing], families: Sequence[str]) -> tuple[str, ...]:
    """Words of names, owners' among them, that occur in several families, so that they may tell of a new one."""
    seen: dict[str, set[str]] = defaultdict(set)
    times: Counter[str] = Counter()
    for standing, family in zip(standings, families, strict=True):
        for word in _words(standing):
            times[word] += 1
            seen[word].add(family)
    return tuple(sorted(word for word in seen if times[word] >= _WORD_ROWS and len(seen[word]) >= _WORD_FAMILIES))


def words(standings: Sequence[Standing], known: Sequence[str]) -> NDArray[np.float64]:
    """A row a standing and a column a word: 1 where its name or its parent's has it."""
    places = {word: place for place, word in enumerate(known)}
    found = np.zeros((len(standings), len(known)))
    for row, standing in enumerate(standings):
        for word in _words(standing):
            if word in places:
                found[row, places[word]] = 1.0
    return found


def groups(standings: Sequence[Standing]) -> NDArray[np.int64]:
    """A row a standing, and two columns: the series of its base, and whether it was asked with a chat template."""
    series = {name: code for code, name in enumerate(SERIES)}
    found = [(series.get(_series(each) or "", -1), _answer(each.chat_template)) for each in standings]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _series(each: Standing) -> str | None:
    return likely_series((each.model, each.parent), each.parameters, each.published or each.submitted)


def _answer(said: bool | None) -> int:
    return -1 if said is None else int(said)


def _words(standing: Standing) -> set[str]:
    return {word for word in _SPLIT.split(_names(standing)) if len(word) > 1}


def _names(standing: Standing) -> str:
    """The model's name, its parent's, and the series that its size betrays."""
    parent = "" if (standing.parent or "").lower() == "removed" else standing.parent or ""
    series = series_by_shape(standing.parameters, standing.published or standing.submitted)
    return f"{standing.model} {parent} {series}".lower()
