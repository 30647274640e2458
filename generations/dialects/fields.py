"""How is a caller's body read? Field by field, each with what it may be; the first wrong one refuses the call.

The codes are OpenAI's for a wrong field (live endpoint, gpt-image-2, August 2026). The wires that have no finer codes
leave them out.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from generations.dialects.serving import Refused, Said, Why

_KINDS = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    list: "an array",
    dict: "an object",
}
_FOLDED = re.compile(r"(?P<outer>[^\[]+)\[(?P<inner>[^\]]+)\](?P<place>\[\d*\])?")


class Fields:
    """The fields of one object. Null is as if the field were not there. `at` is where the object stands."""

    def __init__(self, given: Mapping[str, Any], *, is_form: bool = False, at: str = "") -> None:
        self.given = given
        self.is_form = is_form
        self._at = at

    @classmethod
    def of(cls, said: Said) -> "Fields":
        return cls(said.fields, is_form=said.is_form)

    def has(self, name: str) -> bool:
        return self.given.get(name) is not None

    def path(self, name: str) -> str:
        """The field as the caller would call it."""
        return f"{self._at}.{name}" if self._at else name

    def unknown(self, known: Collection[str]) -> str:
        """The first field that nobody knows, or the empty string."""
        return next((name for name in self.given if name not in known), "")

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._wrong_kind(name, str, value)
        return value

    def needed(self, name: str) -> str:
        """A text that has to be there."""
        if not self.has(name):
            raise Refused(
                Why.MISSING, f"'{self.path(name)}' is missing.", self.path(name), "missing_required_parameter"
            )
        return self.text(name)

    def prompt(self, name: str, most: int) -> str:
        """The words of a wish: something, and at most `most` characters."""
        prompt = self.needed(name)
        if not prompt.strip():
            raise Refused(Why.MISSING, f"'{self.path(name)}' is empty.", self.path(name), "empty_string")
        if len(prompt) > most:
            said = f"'{self.path(name)}' has {len(prompt)} characters; at most {most} are taken."
            raise Refused(Why.INVALID, said, self.path(name), "string_above_max_length")
        return prompt

    def choice(self, name: str, choices: Collection[str], default: str = "") -> str:
        """One of `choices`; an empty text is as good as none."""
        value = self.text(name, default) or default
        if value and value not in choices:
            listed = ", ".join(f"'{each}'" for each in choices)
            said = f"'{self.path(name)}' cannot be '{value[:80]}'. It can be one of {listed}."
            raise Refused(Why.INVALID, said, self.path(name), "invalid_value")
        return value

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int | None:
        """A whole number within its bounds. In a form it is digits."""
        value = self.given.get(name)
        if value is None:
            return default
        if self.is_form and isinstance(value, str) and value.strip().lstrip("-").isascii():
            value = _digits(value.strip())
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong_kind(name, int, value)
        if not least <= value <= most:
            code = "integer_below_min_value" if value < least else "integer_above_max_value"
            said = f"'{self.path(name)}' is {value}; it can be {least} to {most}."
            raise Refused(Why.INVALID, said, self.path(name), code)
        return value

    def flag(self, name: str) -> bool:
        value = self.given.get(name)
        if value is None:
            return False
        if self.is_form and value in ("true", "false"):
            return bool(value == "true")
        if not isinstance(value, bool):
            raise self._wrong_kind(name, bool, value)
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts, without the empty ones. A single text is a list of one."""
        value = self.given.get(name)
        if value is None:
            return []
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            raise self._wrong_kind(name, list, value)
        for each in value:
            if each is not None and not isinstance(each, str):
                raise self._wrong_kind(name, str, each)
        return [each for each in value if each and each.strip()]

    def listed(self, name: str) -> list[Any]:
        value = self.given.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong_kind(name, list, value)
        return value

    def inner(self, name: str) -> "Fields":
        """The fields of an object within; of one that is not there, none."""
        value = self.given.get(name)
        if value is None:
            return Fields({}, at=self.path(name))
        if not isinstance(value, dict):
            raise self._wrong_kind(name, dict, value)
        return Fields(value, is_form=self.is_form, at=self.path(name))

    def _wrong_kind(self, name: str, wanted: type, got: Any) -> Refused:
        said = f"'{self.path(name)}' must be {_KINDS[wanted]}, not {_KINDS.get(type(got), 'that')}."
        return Refused(Why.INVALID, said, self.path(name), "invalid_type")


def _digits(text: str) -> Any:
    """The number that a form's text spells; the text itself where it spells none."""
    return int(text) if text.removeprefix("-").isdigit() and len(text) < 20 else text


def unfolded(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a form as the object that they spell: `metadata[size]` and `metadata[urls][]` lie within `metadata`.

    The OpenAI SDK writes nested fields so (`extra_body` of `videos.create`), other libraries number the places of a
    list (`metadata[urls][0]`), and others send an object as JSON in a text.
    """
    whole: dict[str, Any] = {}
    for name, value in parts.items():
        folded = _FOLDED.fullmatch(name)
        if folded is None:
            whole[name.partition("[")[0]] = value
        elif isinstance(within := whole.setdefault(folded["outer"], {}), dict):
            inner = folded["inner"]
            within[inner] = [*_listed(within.get(inner)), *_listed(value)] if folded["place"] else value
    return whole


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
