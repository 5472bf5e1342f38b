"""A tiny model, and a count of what reaches it."""

from collections import Counter

import pytest

from tiny import save_llama


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_llama(tmp_path_factory.mktemp("model"))


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """How often each request reached a model, in a home of its own."""
    from outweigh.models.transformers_model import TransformersModel

    monkeypatch.setenv("OUTWEIGH_HOME", str(tmp_path / "home"))
    counted, answer = Counter(), TransformersModel.answer

    def noted(self, requests):
        counted.update(request.fingerprint for _, request in requests)
        yield from answer(self, requests)

    monkeypatch.setattr(TransformersModel, "answer", noted)
    return counted
