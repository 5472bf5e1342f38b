"""Multiple choice by letter: what is asked, and how an answer is read."""

import pytest

from outweigh.benchmarks.benchmark import Loaded
from outweigh.benchmarks.catalogue import BENCHMARKS, benchmarks
from outweigh.benchmarks.letters import letters, read
from outweigh.benchmarks.prompting import Chat, Plain
from outweigh.records import Finish, Generated, Protocol, Sample, UserError

READ = {
    "A": "A",
    "(A)": "A",
    "A.": "A",
    " B\n": "B",
    "b": "B",
    "(c)": "C",
    "**D**": "D",
    "B) Paris": "B",
    "B. Paris, since it is the capital": "B",
    "C: the third": "C",
    "[A]": "A",
    '"A"': "A",
    "B because it is so": "B",
    "Answer: A": "A",
    "answer: (B)": "B",
    "The answer is (A)": "A",
    "The answer is (A).": "A",
    "The correct answer is B.": "B",
    "The correct answer is **C**.": "C",
    "The correct answer is: D) green": "D",
    "The best choice is B, as it is larger.": "B",
    "The answer is option C.": "C",
    "Option D": "D",
    "Answer: \\boxed{C}": "C",
    "First I took A. Then I thought again. The answer is B": "B",
    "Answer: A\nWait. Answer: C": "C",
    "It must be (D), I think": "D",
    "<think>A or B? The answer is A.</think>\n\nB": "B",
    # unreadable
    "": None,
    "Paris": None,
    "A person may think so": None,
    "A large dog": None,
    "I think so": None,
    "E": None,
    "(A) or (B)": None,
    "The answer is A, or B": None,
    "The answer is a dog": None,
    "The answer is A large dog": None,
    "The answer is Paris": None,
    "Both B and C": None,
}


@pytest.mark.parametrize(("text", "letter"), READ.items())
def test_a_letter_is_read_as_people_write_it(text, letter):
    assert read(text, choices=4) == letter


def sample(target=1, choices=("red", "green", "blue"), **fields):
    return Sample(id="7", position=7, question="Leaf 7 is", choices=choices, target=target, **fields)


def made(benchmark, *samples):
    """The letter form of a benchmark that would load these samples."""
    from dataclasses import replace

    return letters(replace(benchmark, load=lambda _: Loaded(samples, samples, "digest")))


def loaded(benchmark, *samples):
    return made(benchmark, *samples).load(None)


(OPENBOOKQA,) = benchmarks("openbookqa")


def test_choices_are_listed_and_examples_have_the_same_form():
    one, two = loaded(OPENBOOKQA, sample(), sample(target=2)).samples
    request = letters(OPENBOOKQA).ask(one, [two], Plain())
    block = "Leaf 7 is\nA. red\nB. green\nC. blue\nAnswer with the letter of the right choice alone.\nAnswer:"
    assert request.prompt == f"{block} C\n\n{block}"
    assert request.stop == ("\n\n",) and request.decoding.temperature == 0


def test_in_a_chat_the_examples_are_turns():
    one, two = loaded(OPENBOOKQA, sample(), sample(target=2)).samples
    request = letters(OPENBOOKQA).ask(one, [two], Chat(str))
    assert request.prompt == str([("user", two.question), ("assistant", "C"), ("user", one.question)])
    assert request.stop == ()


@pytest.mark.parametrize(("text", "value", "answer"), [("B.", 1.0, "B"), ("A", 0.0, "A"), ("hm", 0.0, None)])
def test_the_letter_is_marked_and_an_unreadable_answer_is_wrong(text, value, answer):
    one, _ = loaded(OPENBOOKQA, sample(), sample(target=2)).samples
    form = letters(OPENBOOKQA)
    (score,) = form.mark(one, Generated(text=text, finish=Finish.STOP, tokens=1))
    assert (score.metric, score.value, score.answer) == ("acc", value, answer)
    assert score.unreadable == (answer is None)


def test_a_benchmark_whose_right_choice_comes_first_is_mixed_the_same_every_time():
    (mc1,) = benchmarks("truthfulqa_mc1")
    samples = [
        Sample(id=str(n), position=n, question=f"What is {n}?", choices=("true", "false", "both"), target=0)
        for n in range(60)
    ]
    found = loaded(mc1, *samples).samples
    assert found == loaded(mc1, *samples).samples
    assert {each.target for each in found} == {0, 1, 2}
    for each in found:
        assert f"\n{each.choices[each.target]}. true\n" in each.question


def test_mmlu_keeps_its_own_listing():
    (anatomy,) = benchmarks("mmlu_anatomy")
    asked = "Where?\nA. here\nB. there\nC. up\nD. down\nAnswer:"
    (found, _) = loaded(
        anatomy,
        sample(choices=("A", "B", "C", "D")).but(question=asked),
        sample(choices=("A", "B", "C", "D"), target=3).but(question=asked),
    ).samples
    assert found.question == asked.replace("Answer:", "Answer with the letter of the right choice alone.\nAnswer:")
    assert (found.target, letters(anatomy).group) == (1, "mmlu by letter")


def test_winogrande_lists_what_fills_the_blank():
    (winogrande,) = benchmarks("winogrande")
    details = {"option1": "Sarah", "option2": "Maria"}
    one = sample(target=1, choices=("x Sarah", "x Maria"), details=details).but(question="So _ got the easier cases.")
    found, _ = loaded(winogrande, one, one.but(target=0)).samples
    assert found.question.startswith("So _ got the easier cases.\nA. Sarah\nB. Maria\n")


def test_the_letter_form_is_another_evaluation():
    form = letters(OPENBOOKQA)
    assert form.protocol is Protocol.LETTER and form.version != OPENBOOKQA.version
    assert form.id == OPENBOOKQA.id and form.title == "OpenBookQA by letter"


def test_what_has_no_single_right_choice_is_refused_by_name():
    for benchmark in BENCHMARKS:
        if benchmark.protocol is Protocol.LIKELIHOOD and benchmark.id != "truthfulqa_mc2":
            assert letters(benchmark).headline.name == "acc"
        else:
            with pytest.raises(UserError, match=f"{benchmark.id}: has no single right choice"):
                letters(benchmark)
