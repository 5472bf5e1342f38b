"""What public leaderboards asked: areas and titles of their benchmarks, and which own results are the same work.

Version 2 of the Open LLM Leaderboard is lm-evaluation-harness's group `leaderboard`; its tasks, shots and numbers of
samples are those of lm-evaluation-harness 0.4.13, `tasks/leaderboard`.
"""

from outweigh.interop.lmarena import BENCHMARK, LMARENA_TEXT
from outweigh.interop.open_llm_leaderboard import V1, V2
from outweigh.records import Area, Asked

TITLES = {
    "leaderboard_ifeval": "IFEval",
    "leaderboard_bbh": "BBH",
    "leaderboard_math_hard": "MATH 5",
    "leaderboard_gpqa": "GPQA",
    "leaderboard_musr": "MuSR",
    "leaderboard_mmlu_pro": "MMLU-Pro",
    "arc_challenge": "ARC",
    "hellaswag": "HellaSwag",
    "mmlu": "MMLU",
    "truthfulqa_mc2": "TruthfulQA",
    "winogrande": "WinoGrande",
    "gsm8k": "GSM8K",
    BENCHMARK: "Arena",
}
# Following instructions belongs to no area that we have, and votes to all of them.
AREAS = {
    "leaderboard_bbh": Area.REASONING,
    "leaderboard_math_hard": Area.REASONING,
    "leaderboard_gpqa": Area.KNOWLEDGE,
    "leaderboard_musr": Area.REASONING,
    "leaderboard_mmlu_pro": Area.KNOWLEDGE,
    "arc_challenge": Area.REASONING,
    "hellaswag": Area.REASONING,
    "mmlu": Area.KNOWLEDGE,
    "truthfulqa_mc2": Area.SAFETY,
    "winogrande": Area.REASONING,
    "gsm8k": Area.REASONING,
}
_BBH = (
    "boolean_expressions causal_judgement date_understanding disambiguation_qa formal_fallacies geometric_shapes "
    "hyperbaton logical_deduction_five_objects logical_deduction_seven_objects logical_deduction_three_objects "
    "movie_recommendation navigate object_counting penguins_in_a_table reasoning_about_colored_objects ruin_names "
    "salient_translation_error_detection snarks sports_understanding temporal_sequences "
    "tracking_shuffled_objects_five_objects tracking_shuffled_objects_seven_objects "
    "tracking_shuffled_objects_three_objects web_of_lies"
)
_MATH = "algebra counting_and_prob geometry intermediate_algebra num_theory prealgebra precalculus"


def _tasks(stem: str, names: str, end: str = "") -> tuple[str, ...]:
    return tuple(f"leaderboard_{stem}_{name}{end}" for name in names.split())


ASKED = {
    V2.name: {
        "leaderboard_ifeval": Asked(
            tasks=("leaderboard_ifeval",),
            metrics=("prompt_level_strict_acc", "inst_level_strict_acc"),
            shots=0,
            samples=541,
        ),
        "leaderboard_bbh": Asked(tasks=_tasks("bbh", _BBH), metrics=("acc_norm",), shots=3, samples=5761),
        "leaderboard_math_hard": Asked(
            tasks=_tasks("math", _MATH, "_hard"), metrics=("exact_match",), shots=4, samples=1324
        ),
        "leaderboard_gpqa": Asked(
            tasks=_tasks("gpqa", "diamond extended main"), metrics=("acc_norm",), shots=0, samples=1192
        ),
        "leaderboard_musr": Asked(
            tasks=_tasks("musr", "murder_mysteries object_placements team_allocation"),
            metrics=("acc_norm",),
            shots=0,
            samples=756,
        ),
        "leaderboard_mmlu_pro": Asked(tasks=("leaderboard_mmlu_pro",), metrics=("acc",), shots=5, samples=12032),
    }
}
# Why no result of one's own is the same work, and what to do instead.
CLOSED = {
    V1.name: (
        "version 1 was asked by lm-evaluation-harness at commit b281b0921, whose prompts nobody has shown to equal the "
        "present ones: rank your runs alone with --from own"
    ),
    LMARENA_TEXT.name: "its ratings come from people's votes, which no run of yours has",
}
HOW = {
    V2.name: "lm_eval --model outweigh --model_args pretrained=… --tasks leaderboard --log_samples --output_path out, "
    "then outweigh import out"
}
