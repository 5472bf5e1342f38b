"""Every answer of starter_code is what Python prints; only programs of our own are run, and only here."""

import contextlib
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.benchmarks.prompting import Plain
from outweigh.benchmarks.starter_code import STARTER_CODE, generate


def printed(program):
    """What one of our own generated programs prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, {})
    return out.getvalue()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_target_is_what_the_program_prints(seed):
    for sample in generate(seed, 60):
        assert printed(sample.question) == sample.choices[sample.target] + "\n", sample.question


def test_a_program_is_shown_as_code_and_its_choices_follow_the_mark():
    sample = generate(1, 1)[0]
    request = STARTER_CODE.ask(sample, (), Plain())
    assert request.contexts == (f"{sample.question}\n# prints:",)
    assert request.continuations == tuple(f" {choice}" for choice in sample.choices)


def test_programs_are_short():
    assert max(len(sample.question) for sample in generate(1, 60)) < 160
