"""Which wires there are, and what each says of itself."""

import pytest

from generations.dialects import DIALECTS, NAMES, PAINTER, named
from generations.dialects.wire import DATA_URL, FILE, URL


def test_each_name_of_the_registry_is_the_wires_own_name():
    assert {name: dialect.name for name, dialect in DIALECTS.items()} == {name: name for name in DIALECTS}
    assert (*DIALECTS, PAINTER) == NAMES


def test_the_painter_has_no_wire():
    with pytest.raises(KeyError):
        named(PAINTER)


@pytest.mark.parametrize(
    ("name", "form", "patience"),
    [
        ("videos", DATA_URL, 60),
        ("jobs", URL, 60),
        ("images-official", FILE, 360),
        ("images-vip", FILE, 360),
        ("images-openai", FILE, 360),
    ],
)
def test_each_wire_says_how_it_takes_pictures_and_how_long_it_may_be_silent(name, form, patience):
    assert named(name).references_as == form
    assert named(name).patience == patience
