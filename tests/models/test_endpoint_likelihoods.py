"""Likelihoods from a server: those of a real tiny model, in the form in which vLLM gives them."""

import pytest

from echoing_server import Echoing
from hostile_server import Server
from outweigh.models import endpoints
from outweigh.models.endpoint_likelihoods import read
from outweigh.models.endpoint_model import EndpointModel
from outweigh.models.sources import parse
from outweigh.records import ChatTemplate, Failed, Likelihood, Likelihoods

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from tiny import save_llama

    return save_llama(tmp_path_factory.mktemp("model"))


def behind(server, template=ChatTemplate.OFF):
    spec, card = endpoints.find(parse(server.url))
    return EndpointModel(spec.but(chat_template=template), card, endpoints.endpoint(spec), print)


REQUESTS = [
    ("shared", Likelihood(contexts=("Question: why?\nAnswer:",), continuations=(" yes", " no", " perhaps so"))),
    ("own", Likelihood(contexts=("The cat", "The dog "), continuations=(" ran.", "ran."))),
]


def test_they_equal_those_of_the_model_here(folder):
    from tiny import opened

    with Echoing(folder, start=False) as server:
        model = behind(server)
        assert model.likelihoods_refused() is None
        found = dict(model.answer(REQUESTS))
    for name, wanted in opened(folder).answer(REQUESTS):
        answer = found[name]
        assert isinstance(answer, Likelihoods) and isinstance(wanted, Likelihoods)
        assert answer.sums == pytest.approx(wanted.sums, abs=1e-4)
        assert (answer.is_greedy, answer.token_counts) == (wanted.is_greedy, wanted.token_counts)
        assert answer.input_tokens == wanted.input_tokens
    assert sum(server.asked.values()) == 6


def test_a_start_token_of_the_servers_own_is_passed_over(folder):
    with Echoing(folder) as server:
        found = dict(behind(server).answer([*REQUESTS, ("bare", Likelihood(contexts=("",), continuations=("yes",)))]))
    assert found["shared"].token_counts == (4, 3, 11)
    assert found["bare"].token_counts == (3,)


def test_without_a_start_token_the_first_token_has_no_likelihood(folder):
    with Echoing(folder, start=False) as server:
        ((_, found),) = behind(server).answer([("bare", Likelihood(contexts=("",), continuations=("yes",)))])
    assert found == Failed(stage="endpoint", message="a log-probability is missing")


def test_characters_of_several_tokens_are_not_guessed_at(folder):
    with Echoing(folder) as server:
        ((_, found),) = behind(server).answer([("1", Likelihood(contexts=("caf\u00e9",), continuations=(" x",)))])
    assert isinstance(found, Failed) and "not those of the prompt" in found.message


def test_a_server_that_gives_none_is_refused_by_what_it_lacks():
    with Server() as server:
        assert behind(server).likelihoods_refused() == "the server gives no log-probabilities of the prompt"
        assert "without a chat template" in behind(server, ChatTemplate.ON).likelihoods_refused()
    with Server(lambda *_: (400, {})) as server:
        assert "400 Bad Request" in behind(server).likelihoods_refused()


def told(tokens, values, rivals=None):
    rivals = rivals or [None if value is None else {"x": value} for value in values]
    return {"choices": [{"logprobs": {"tokens": tokens, "token_logprobs": values, "top_logprobs": rivals}}]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (told(["Why", " n", "ot", "!"], [None, -1.0, -2.0, -3.0]), (-3.0, True, 2, 2)),
        (told(["Why", " n", "ot", "!"], [None, -1, -2, -3], [None, {"a": -0.5}, {}, None]), (-3, False, 2, 2)),
        (told(["Why n", "ot", "!"], [None, -1.0, -2.0]), "a token reaches over the border"),
        (told(["Why", " not!"], [None, -1.0]), "a token reaches over the border"),
        (told(["Why", " n", "", "ot"], [None, -1.0, -1.0, -1.0]), "a token has no text"),
        (told(["Why", " not", "", ""], [None, -1.0, -1.0, -1.0]), "a token has no text"),
        (told(["Why", " not"], [None, float("-inf")]), "a log-probability is missing"),
        (told(["Who", " not"], [None, -1.0]), "not those of the prompt"),
        (told(["Why", " not"], [None]), "gives no log-probabilities"),
        ({"choices": [{"logprobs": {"content": [{"token": "!", "logprob": -1.0}]}}]}, "gives no log-probabilities"),
        ({"choices": [{"logprobs": None}]}, "gives no log-probabilities"),
        ([], "gives no log-probabilities"),
    ],
)
def test_what_does_not_tell_the_likelihood_is_said(body, said):
    found = read(body, "Why", " not")
    if isinstance(said, str):
        assert isinstance(found, str) and said in found
    else:
        assert (found.sum, found.greedy, found.tokens, found.read) == said
