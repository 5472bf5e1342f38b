"""What the packed engine computes equals what the plain model computes, one sequence at a time."""

import functools

import pytest

import tiny
from outweigh.models.generating import Room
from outweigh.records import Decoding, Failed, Finish, Generate, Likelihood
from tiny import save_gemma3, save_llama

torch = pytest.importorskip("torch")
SHOTS = "Q: One and one?\nA: two\n\nQ: Two and two?\nA: four\n\n"


def opened(folder, **budgets):
    model = tiny.opened(folder)
    model.network.budget = budgets.get("budget", model.network.budget)
    model.room = Room(budgets.get("slots", model.room.slots), model.room.tokens)
    return model


@pytest.fixture(scope="module", params=[save_llama, save_gemma3], ids=["llama", "gemma3-sliding"])
def folder(request, tmp_path_factory):
    return request.param(tmp_path_factory.mktemp("tiny"))


@functools.cache
def own_code(folder):
    """The model as transformers runs it."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()


def plain_likelihood(model, context, continuation):
    encoded = model.encoder.pair(context, continuation)
    ids = torch.tensor([encoded.context + encoded.continuation])
    with torch.inference_mode():
        logits = own_code(model.spec.name)(ids[:, :-1]).logits[0].log_softmax(-1)
    tail = logits[-len(encoded.continuation) :]
    targets = torch.tensor(encoded.continuation)
    total = tail.gather(1, targets[:, None]).sum().item()
    return total, bool((tail.argmax(-1) == targets).all())


def plain_text(model, prompt, tokens):
    ids = list(model.encoder.prompt(prompt, tokens).context)
    answer = []
    for _ in range(tokens):
        with torch.inference_mode():
            following = int(own_code(model.spec.name)(torch.tensor([ids + answer])).logits[0, -1].argmax())
        answer.append(following)
        if following in model.ends:
            break
    return model.encoder.tokenizer.decode(answer, skip_special_tokens=True)


def likelihoods():
    return [
        (
            str(number),
            Likelihood(
                contexts=(f"{SHOTS}Q: {number} and {number + 3}?\nA:",),
                continuations=(" five", " fifty five", " six", " 7", " five"),
            ),
        )
        for number in range(5)
    ] + [("pairs", Likelihood(contexts=("The cat", "The dog", ""), continuations=(" sat", " sat", "sat")))]


@pytest.mark.parametrize("budget", [7, 64, 10_000])
def test_likelihoods_equal_the_plain_model_at_any_budget(folder, budget):
    model = opened(folder, budget=budget)
    asked = likelihoods()
    answers = dict(model.answer(asked))
    assert set(answers) == {name for name, _ in asked}
    for name, request in asked:
        for place, pair in enumerate(request.pairs):
            total, greedy = plain_likelihood(model, *pair)
            assert answers[name].sums[place] == pytest.approx(total, abs=1e-4)
            assert answers[name].is_greedy[place] == greedy


def test_a_second_batch_reuses_the_path_and_stays_right(folder):
    model = opened(folder, budget=16)
    asked = likelihoods()
    alone = {name: dict(opened(folder).answer([(name, request)]))[name].sums for name, request in asked}
    for name, request in asked:
        assert dict(model.answer([(name, request)]))[name].sums == pytest.approx(alone[name], abs=1e-4)
    assert model.network.path.tokens


@pytest.mark.parametrize("slots", [1, 2, 16])
def test_texts_equal_the_plain_model_whatever_shares_the_batch(folder, slots):
    model = opened(folder, slots=slots, budget=24)
    asked = [
        (str(n), Generate(prompt=f"{SHOTS}Q: {'so ' * n}?", decoding=Decoding(max_tokens=5 + 3 * n))) for n in range(5)
    ]
    answers = dict(model.answer(asked))
    for name, request in asked:
        assert answers[name].text == plain_text(model, request.prompt, request.decoding.token_limit)


def test_an_answer_ends_before_its_stop_string(folder):
    model = opened(folder)
    free = dict(model.answer([("a", Generate(prompt=SHOTS, decoding=Decoding(max_tokens=12)))]))["a"]
    assert free.finish is Finish.LENGTH
    stop = free.text[4:6]
    cut = dict(model.answer([("a", Generate(prompt=SHOTS, stop=(stop,), decoding=Decoding(max_tokens=12)))]))["a"]
    assert cut.text == free.text.split(stop)[0]
    assert cut.finish is Finish.STOP


def test_sampled_answers_depend_on_their_own_seed_alone(folder):
    def ask(names, seed, slots):
        decoding = Decoding(temperature=1.0, top_p=0.9, seed=seed, max_tokens=10)
        requests = [(name, Generate(prompt=f"{SHOTS}{name}", decoding=decoding)) for name in names]
        return {name: answer.text for name, answer in opened(folder, slots=slots).answer(requests)}

    together, alone = ask("abcd", seed=1, slots=4), ask("c", seed=1, slots=1)
    assert together["c"] == alone["c"]
    assert ask("c", seed=2, slots=1)["c"] != alone["c"]


def test_what_exceeds_the_window_is_cut_on_the_left_and_counted(tmp_path):
    model = opened(save_llama(tmp_path, window=32))
    long = Likelihood(contexts=("x" * 50,), continuations=(" yes", " no"))
    answer = dict(model.answer([("a", long)]))["a"]
    assert answer.truncated == 50 + 4 - 33
    assert answer.sums[1] == pytest.approx(plain_likelihood(model, "x" * 50, " no")[0], abs=1e-4)
    written = dict(model.answer([("b", Generate(prompt="y" * 50, decoding=Decoding(max_tokens=8)))]))["b"]
    assert written.truncated == 50 - 24


def test_what_cannot_be_asked_fails_by_itself(tmp_path):
    model = opened(save_llama(tmp_path, window=32))
    asked = [
        ("empty", Likelihood(contexts=("a",), continuations=("b", ""))),
        ("long", Likelihood(contexts=("a",), continuations=("b" * 40,))),
        ("room", Generate(prompt="a", decoding=Decoding(max_tokens=32))),
        ("fine", Likelihood(contexts=("a",), continuations=("b",))),
    ]
    answers = dict(model.answer(asked))
    assert {name for name, answer in answers.items() if isinstance(answer, Failed)} == {"empty", "long", "room"}
