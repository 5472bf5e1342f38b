"""What a model's name betrays: the series of its base, and the size."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

# A series' own word for itself, the particular before the general. Models of one line that are merged with one
# another, such as Llama 3 and 3.1, count as one series.
_SERIES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("qwen-3", r"qwen-?3(?!b)"),
        ("qwen-2.5", r"qwen-?v?2[.-]?5(?!b)|qwq|qwenvergence|lamarck"),
        ("qwen-1.5", r"qwen-?1[.-]5(?!b)"),
        ("qwen-2", r"qwen-?2(?![.-]?5|b)"),
        ("qwen", r"qwen"),
        ("llama-3", r"llama-?v?3(?![0-9b])|llama-?3[.-]?[0-3](?!b)|\bl3\.?[0-3]?\b"),
        ("llama-2", r"llama-?v?2(?!b)|vicuna|\bl2\b"),
        ("tinyllama", r"tiny-?llama"),
        ("codellama", r"code-?llama"),
        ("open-llama", r"open-?llama"),
        ("llama", r"llama"),
        ("mixtral", r"mixtral"),
        ("mistral-nemo", r"nemo(?!tron)"),
        ("mistral-small", r"mistral-small"),
        ("mistral-large", r"mistral-large"),
        ("mistral", r"mistral|zephyr"),
        ("gemma-3", r"gemma-?3(?!b)"),
        ("gemma-2", r"gemma-?v?2(?!b)"),
        ("gemma", r"gemma"),
        ("phi-4", r"phi-?4"),
        ("phi-3", r"phi-?3"),
        ("phi-2", r"phi-?2"),
        ("phi-1", r"phi-?1"),
        ("yi-1.5", r"\byi-?1[.-]5"),
        ("yi", r"\byi\b"),
        ("solar", r"solar"),
        ("falcon-3", r"falcon-?3"),
        ("falcon", r"falcon"),
        ("internlm", r"internlm"),
        ("smollm-2", r"smollm-?2"),
        ("smollm", r"smollm"),
        ("granite-3", r"granite-?3"),
        ("granite", r"granite"),
        ("olmo", r"olmo"),
        ("exaone", r"exaone"),
        ("command-r", r"command-r|c4ai|aya"),
        ("stablelm", r"stable-?lm"),
        ("pythia", r"pythia"),
        ("gpt-2", r"gpt-?2"),
        ("gpt-neo", r"gpt-?neo|gpt-?j"),
        ("bloom", r"bloom"),
        ("opt", r"\bopt\b"),
        ("mpt", r"\bmpt\b"),
        ("rwkv", r"rwkv"),
        ("mamba", r"mamba"),
        ("t5", r"t5"),
        ("deepseek", r"deepseek"),
    )
)
SERIES = tuple(name for name, _ in _SERIES)
_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])")
_EXPERTS = re.compile(r"(?<![a-z0-9.])(?:\d+x(\d+(?:\.\d+)?)b|(\d+(?:\.\d+)?)bx\d+)(?![a-z0-9])")
# Mixtures that people put together of equal models, by the size of one: hardly anything else came in these sizes.
_EXPERTS_OF = {7.0: "mistral", 8.0: "llama-3", 12.0: "mistral-nemo"}
# Words that several incompatible series share: they count only together with the architecture.
VAGUE = {"qwen", "llama", "gemma", "deepseek", "mistral-small", "granite", "falcon", "gpt-neo", "t5", "mamba", "olmo"}
# What owners add to a name when they upload the same weights in another form.
_FORMS = re.compile(
    r"[-_.](?:bnb|4bit|8bit|int4|int8|gptq|awq|gguf|ggml|exl2|hf|fp16|bf16|fp32|fp8|bfloat16|float16|safetensors|"
    r"unsloth|dequantized|quantized|sharded|copy|mirror)(?=$|[-_.])"
)


# Parameters of the bases' own weights, in millions to the nearest: what their Hub pages count. Half of the fine-tunes
# and merges of a base do not name it, but have its shape.
_SHAPES = {
    millions: series
    for series, counts in (
        ("llama-2", (6738, 13016, 68977)),
        ("llama-3.1", (8030, 8031, 70554)),
        ("llama-3.2", (1236, 1498, 3213, 3607)),
        ("mistral", (7242, 7248)),
        ("mixtral", (46703, 140621)),
        ("mistral-nemo", (12248,)),
        ("mistral-small", (22247, 23572)),
        ("qwen-2.5", (3086, 3397, 14766, 14770, 32764)),
        ("gemma", (2506, 8538)),
        ("gemma-2", (2614, 9242, 10159, 27227)),
        ("phi-2", (2780,)),
        ("phi-3", (3821, 13960)),
        ("phi-4", (14660,)),
        ("yi", (6061, 8829, 34389)),
        ("falcon-3", (1669, 3228, 7456, 10306)),
        ("solar", (10732,)),
        ("smollm", (135, 362, 1711)),
        ("tinyllama", (1100,)),
    )
    for millions in counts
}
_QWEN = (494, 630, 1544, 1777, 7613, 7616, 72706)  # shapes that Qwen2 and Qwen2.5 have in common
_QWEN_2_5 = date(2024, 9, 19)  # when Qwen2.5 came out


def series_by_shape(parameters: float | None, day: date | None) -> str:
    """The series that a count of parameters betrays, of Qwen2's and Qwen2.5's with the day; empty where it does not."""
    millions = round((parameters or 0) / 1e6)
    if millions in _QWEN:
        return "qwen-2.5" if day and day >= _QWEN_2_5 else "qwen-2"
    return _SHAPES.get(millions, "")


@lru_cache(maxsize=50_000)
def plain_name(name: str) -> str:
    """A model's name without owner, note or form of upload: equal for re-uploads of one model."""
    found = name.lower().split("(")[0].strip().rstrip("/").rpartition("/")[2]
    while (shorter := _FORMS.sub("", found)) != found:
        found = shorter
    return found.replace("_", "-") or name.lower()


@lru_cache(maxsize=50_000)
def series_of(name: str) -> str | None:
    """The series that a name tells of, `llama-3`; None where it tells of none, or of several."""
    found = plain_name(name)
    told: list[str] = []
    for series, pattern in _SERIES:
        found, times = pattern.subn(" ", found)
        if times:
            told.append(series)
    if len(told) > 1:
        told = [each for each in told if each != "deepseek"]  # distilled into another base, which is named too
    return told[0] if len(told) == 1 else None


def likely_series(names: Iterable[str | None], parameters: float | None, day: date | None) -> str | None:
    """The series that the names tell of, the first that is not vague; else what the shape betrays."""
    told = [series for name in names if name and (series := series_of(name))]
    shape = series_of(series_by_shape(parameters, day) or "?")
    return next((series for series in told if series not in VAGUE), None) or shape or next(iter(told), None)


@lru_cache(maxsize=50_000)
def billions_of(name: str) -> float | None:
    """The size that a name tells of, in billions; None for no size, or several."""
    said = {
        float(size) * (1.0 if unit == "b" else 1e-3) for size, unit in _SIZE.findall(plain_name(name).replace("-", " "))
    }
    return said.pop() if len(said) == 1 else None


@lru_cache(maxsize=50_000)
def named_base(name: str, *, mixed: bool = False) -> str | None:
    """Series and size together, `llama-3 8b`; None unless the name tells both.

    A mixture of equal models counts as what it was made of (`mixed`: the model is known to be one), but Mixtral was
    trained as one.
    """
    series, billions = series_of(name), billions_of(name)
    experts = _EXPERTS.search(plain_name(name).replace("-", " "))
    if series == "mixtral":
        return f"mixtral {experts[0]}" if experts else None
    if experts:
        billions = float(experts[1] or experts[2])
    if series is None and billions and (experts or (mixed and billions < 10)):  # a larger size is that of the whole
        series = _EXPERTS_OF.get(billions)
    return f"{series} {billions:g}b" if series and billions else None
