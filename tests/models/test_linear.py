"""Linear layers by oneDNN equal torch's own."""

import pytest

torch = pytest.importorskip("torch")
from outweigh.models import linear  # noqa: E402


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("width", "words"), [(512, 600), (8, 4)], ids=["large", "small"])
@pytest.mark.parametrize("rows", [(2, 5), (1, 1), (2, 1), (1, 3), (4,), (5,)], ids=str)
def test_a_module_computes_the_same_and_can_be_put_back(bias, width, words, rows):
    torch.manual_seed(3)
    module = torch.nn.Sequential(torch.nn.Linear(width, words, bias=bias), torch.nn.Tanh()).requires_grad_(False)
    inputs = torch.randn(*rows, width)
    expected = module(inputs)
    linear.quicken(module)
    assert "forward" in module[0].__dict__
    assert torch.allclose(module(inputs), expected, atol=1e-5)
    linear.restore(module)
    assert "forward" not in module[0].__dict__
    assert torch.equal(module(inputs), expected)


def test_only_float32_is_taken_to_onednn(monkeypatch):
    monkeypatch.setattr(linear, "_onednn", lambda: pytest.fail("asked oneDNN"))
    weight = torch.randn(600, 512, dtype=torch.bfloat16)
    inputs = torch.randn(3, 512, dtype=torch.bfloat16)
    assert torch.equal(linear.linear(inputs, weight), torch.nn.functional.linear(inputs, weight))


def test_the_platform_decides(monkeypatch):
    linear._onednn.cache_clear()
    monkeypatch.setattr(linear.platform, "machine", lambda: "arm64")
    assert linear._onednn() is None
    linear._onednn.cache_clear()
