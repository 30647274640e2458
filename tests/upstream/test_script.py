"""What a prompt can ask of the scripted upstream."""

import re
from pathlib import Path

import pytest

from tests.upstream.script import FAULTS, FORMS, Misspelt, Script, keyed, parse

PLAIN = Script()


def test_a_prompt_without_directives_asks_for_nothing():
    assert parse("a lighthouse [in the style of 1920] [red]", "A", PLAIN) == PLAIN


def test_directives_stand_anywhere_and_add_up():
    script = parse("[delay=2] a lighthouse [steps=3 form=b64] at dusk [noise]", "A", PLAIN)
    assert script == Script(delay=2.0, steps=3, form="b64", noise=True)


def test_a_letter_keeps_a_directive_to_one_provider():
    assert parse("a [d.fail=500]", "D", PLAIN).fail == "500"
    assert parse("a [d.fail=500]", "A", PLAIN).fail == ""


def test_once_means_the_first_time_only():
    assert parse("a [once=429]", "A", PLAIN) == Script(fail="429", times=1)


@pytest.mark.parametrize("prompt", ["[fial=500]", "[fail=501]", "[delay=soon]", "[pixels=large]", "[form=jpeg]"])
def test_a_misspelt_directive_is_not_passed_over(prompt):
    with pytest.raises(Misspelt):
        parse(prompt, "A", PLAIN)


def test_a_key_can_stand_for_a_fault():
    assert keyed("fail-429") == "429"
    assert keyed("sk-anything") == ""
    with pytest.raises(Misspelt):
        keyed("fail-always")


def test_every_directive_is_explained():
    text = (Path(__file__).parent / "README.md").read_text()
    for word in [*FAULTS, *FORMS, *Script.__slots__]:
        assert re.search(rf"[`= ]{word}[`=]", text), word
