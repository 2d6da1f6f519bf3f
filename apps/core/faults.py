"""All faults of one document are collected with their places, then raised together. Pure."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from apps.core.problems import FieldProblem

TYPE_WORDS = {dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false"}


@dataclass
class Faults:
    """Collects faults; every check answers the checked value, or None after it has noted a fault."""

    found: list[FieldProblem] = field(default_factory=list)

    def add(self, pointer: str, code: str, sentence: str) -> None:
        """Note one fault at a JSON Pointer."""
        self.found.append(FieldProblem(pointer, code, sentence))

    def keys(self, value: Any, pointer: str, *, known: Iterable[str], required: Iterable[str] = ()) -> bool:
        """True for an object; its unknown and missing keys are noted."""
        if not self.is_a(value, dict, pointer):
            return False
        names = tuple(known)
        for key in value:
            if key not in names:
                self.add(f"{pointer}/{escaped(key)}", "unknown_key", unknown(key, "a key here", names))
        for key in required:
            if key not in value:
                self.add(f"{pointer}/{key}", "required", f"{emphasised(key)} is missing.")
        return True

    def is_a(self, value: Any, wanted: type, pointer: str) -> bool:
        """True when the value is of the JSON type; true and false are no numbers."""
        if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
            return True
        self.add(pointer, "wrong_type", f"{said(value)} is not {TYPE_WORDS[wanted]}.")
        return False

    def text(self, value: Any, pointer: str, *, longest: int = 200, shortest: int = 1) -> str | None:
        """A text in NFC without control characters, of a length within bounds."""
        if not self.is_a(value, str, pointer):
            return None
        text = unicodedata.normalize("NFC", value.strip())
        if any(unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in text):
            self.add(pointer, "not_text", "The text holds a character that cannot be shown.")
        elif not text:
            self.add(pointer, "required", "Write something here.")
        elif len(text) < shortest:
            self.add(pointer, "too_short", f"{len(text)} characters are too few; write at least {shortest}.")
        elif len(text) > longest:
            self.add(pointer, "too_long", f"{len(text)} characters are too many; {longest} fit.")
        else:
            return text
        return None

    def one_of(self, value: Any, known: Iterable[str], pointer: str, noun: str) -> str | None:
        """One of the known words."""
        names = tuple(known)
        if not self.is_a(value, str, pointer):
            return None
        if value in names:
            return str(value)
        self.add(pointer, "unknown_value", unknown(value, noun, names))
        return None

    def whole(self, value: Any, pointer: str, *, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        if not self.is_a(value, int, pointer):
            return None
        if least <= value <= most:
            return int(value)
        self.add(pointer, "out_of_range", f"{said(value)} lies outside {least} to {most}.")
        return None

    def list_of(self, value: Any, pointer: str, *, longest: int = 40, shortest: int = 0) -> list[Any]:
        """The items of a list; an empty list after a fault."""
        if not self.is_a(value, list, pointer):
            return []
        if len(value) < shortest:
            self.add(pointer, "required", "The list is empty; name at least one.")
        elif len(value) > longest:
            self.add(pointer, "too_many", f"{len(value)} items are too many; {longest} fit.")
        else:
            return list(value)
        return []


def emphasised(name: Any) -> str:
    """A name of the input as it stands in a sentence; long ones are cut, and what cannot be shown is replaced."""
    shown = "".join(char if char.isprintable() else "?" for char in str(name)[:41])
    return f"*{shown[:40]}…*" if len(shown) > 40 else f"*{shown}*"


def said(value: Any) -> str:
    """A value of the input as it stands in a sentence: texts and numbers in full, the rest by its type."""
    if value is None or isinstance(value, bool):
        return emphasised({None: "null", True: "true", False: "false"}[value])
    if isinstance(value, dict | list):
        return TYPE_WORDS[type(value)].capitalize()
    return "An empty text" if value == "" else emphasised(value)


def unknown(name: Any, noun: str, known: Iterable[str]) -> str:
    """The sentence for a name nobody knows: the nearest known one, and all that are."""
    names = tuple(known)
    near = get_close_matches(str(name)[:80], names, n=1, cutoff=0.6)
    hint = f" Did you mean {emphasised(near[0])}?" if near else ""
    listed = f" Known: {', '.join(names)}." if names else ""
    return f"{said(name)} is not {noun}.{hint}{listed}"


def with_article(noun: str) -> str:
    """`an environment`, `a status`."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def escaped(key: Any) -> str:
    """A key as one step of a JSON Pointer; half characters, which no answer can hold, become question marks."""
    whole = str(key).encode("utf-8", "replace").decode()
    return whole.replace("~", "~0").replace("/", "~1")
