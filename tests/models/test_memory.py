"""Packs and slots fit into the memory that is free."""

import pytest

from outweigh.models import memory, transformers_model
from outweigh.models.generating import Room
from outweigh.models.memory import footprint, free_bytes
from tiny import opened, save_llama

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_llama(tmp_path_factory.mktemp("tiny"))


def test_a_kept_token_takes_its_keys_and_values_in_every_layer(folder):
    layers, heads, width, size = 2, 2, 8, 4
    found = footprint(opened(folder).network)
    assert found.kept == 2 * layers * heads * width * size
    assert found.passing > found.kept


def test_measuring_leaves_nothing_behind(folder):
    network = opened(folder).network
    footprint(network)
    assert (network.path.tokens, network.computed, network.read) == ((), 0, 0)


def test_little_free_memory_means_small_packs_and_few_tokens(folder, monkeypatch):
    rich = opened(folder)
    taken = footprint(rich.network)
    monkeypatch.setattr(transformers_model, "free_bytes", lambda device: 250 * (taken.kept + taken.passing))
    poor = opened(folder)
    assert poor.network.budget == 100 < rich.network.budget
    assert poor.room.tokens < rich.room.tokens


def test_out_of_memory_halves_both_for_good(folder):
    model = opened(folder)
    budget, room = model.network.budget, model.room
    model._shrink()
    assert model.network.budget == budget // 2
    assert model.room == Room(room.slots // 2, room.tokens // 2)


def test_a_containers_limit_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    machine = free_bytes("cpu")
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("2000000\n")
    (tmp_path / "memory.stat").write_text("anon 1500000\ninactive_file 500000\n")
    assert free_bytes("cpu") == 1_500_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_bytes("cpu") == pytest.approx(machine, rel=0.2)
