"""Every code that the house can raise has a sentence of its own, and no sentence is left with a hole in it."""

import ast
import re
from pathlib import Path

import pytest

from generations import sentences
from generations.catalog import Objection
from generations.faults import Kind

ROOT = Path(sentences.__file__).parent


def raised() -> set[tuple[str, str]]:
    """The field and the code of every objection that is written down in the house."""
    found = set()
    for name in (
        "catalog.py",
        "intake/submitting.py",
        "intake/writing.py",
        "intake/pictures.py",
        "forms/composer.py",
        "views/composing.py",
    ):
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Objection":
                words = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                if len(words) == 2:
                    found.add(tuple(words))
    return found


NAMES = ("limit", "length", "most", "fewest", "value", "name", "wanted", "balance", "under_way")
VALUES = tuple((name, 5) for name in NAMES)


@pytest.mark.parametrize(("field", "code"), sorted(raised()))
def test_every_objection_has_a_sentence_of_its_own(field, code):
    said = sentences.objection(Objection(field, code, VALUES))
    assert said != str(sentences.OTHERWISE)
    assert not re.search(r"%\(|\bNone\b", said)


@pytest.mark.parametrize("field", ["prompt", "references", "mask", "background"])
def test_every_wish_that_nobody_serves_is_named(field):
    assert sentences.objection(Objection(field, "unserved")) != str(sentences.OTHERWISE)


@pytest.mark.parametrize("reason", ["type", "pixels", "bytes", "broken", "slow"])
def test_every_unreadable_picture_is_named(reason):
    of_a_reference, of_a_mask = (
        sentences.objection(Objection(field, reason, (("name", "shoe.png"),))) for field in ("references", "mask")
    )
    assert "shoe.png" in of_a_reference
    assert of_a_mask == of_a_reference


def test_all_bad_addresses_are_told_alike():
    reasons = ("address", "scheme", "port", "redirect", "status", "encoding", "unreachable")
    told = {sentences.objection(Objection("references", reason, (("name", "http://x/"),))) for reason in reasons}
    assert len(told) == 1


@pytest.mark.parametrize("kind", Kind)
def test_every_fault_has_a_sentence_of_its_own(kind):
    assert sentences.fault(kind, "") != str(sentences.OTHERWISE)


def test_a_percent_sign_in_a_name_is_only_a_name():
    assert "100%s.png" in sentences.objection(Objection("references", "type", (("name", "100%s.png"),)))


@pytest.mark.parametrize(
    ("held", "charged", "said"),
    [
        (6, 6, "6 credits charged"),
        (6, 4, "4 of 6 credits charged"),
        (6, 0, "6 credits returned"),
        (1, 1, "1 credit charged"),
    ],
)
def test_what_became_of_the_credits_is_said(held, charged, said):
    assert sentences.credits_settled(held, charged) == said
