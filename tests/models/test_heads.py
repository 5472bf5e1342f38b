"""The output layer in blocks reads what a whole log-softmax would give."""

import pytest

torch = pytest.importorskip("torch")
from outweigh.models.heads import LMHead  # noqa: E402

WORDS = 5000  # more than two blocks


def whole(head, outputs, rows, targets):
    logits = head.logits(outputs)
    values = logits.double().log_softmax(1)[rows, targets]
    return values.float(), logits.argmax(1)[rows] == targets


def made(seed=0, width=16):
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(WORDS, width, generator=generator)
    outputs = torch.randn(7, width, generator=generator)
    rows = torch.tensor([0, 0, 3, 6, 6, 5])
    targets = torch.tensor([0, 4999, 2047, 2048, 4096, 1])
    return weight, outputs, rows, targets


@pytest.mark.parametrize(
    "more", [{}, {"bias": torch.linspace(-3, 3, WORDS)}, {"scale": 0.25}, {"cap": 5.0}, {"scale": 2.0, "cap": 3.0}]
)
def test_blocks_equal_the_whole(more):
    weight, outputs, rows, targets = made()
    head = LMHead(weight, **more)
    values, greedy = head.read(outputs, rows, targets)
    expected, best = whole(head, outputs, rows, targets)
    assert torch.allclose(values, expected, atol=1e-5)
    assert torch.equal(greedy, best)


def test_outputs_may_be_logits_and_stay_as_they_are():
    weight, outputs, rows, targets = made()
    logits = LMHead(weight).logits(outputs)
    before = logits.clone()
    values, _ = LMHead().read(logits, rows, targets)
    assert torch.allclose(values, LMHead(weight).read(outputs, rows, targets)[0], atol=1e-6)
    assert torch.equal(logits, before)


def test_the_likeliest_of_equals_is_the_first():
    logits = torch.zeros(1, WORDS)
    logits[0, [100, 3000]] = 7.0
    _, greedy = LMHead().read(logits, torch.tensor([0, 0]), torch.tensor([100, 3000]))
    assert greedy.tolist() == [True, False]


def test_large_logits_do_not_overflow():
    logits = torch.full((1, WORDS), -1e4)
    logits[0, 4500] = 1e4
    values, greedy = LMHead().read(logits, torch.tensor([0, 0]), torch.tensor([4500, 1]))
    assert values.tolist() == [0.0, -2e4]
    assert greedy.tolist() == [True, False]
