"""Reading OpenSLO text, YAML or JSON: bounded, exact, no aliases, no tags; nothing secret is built. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from apps.core.faults import escaped
from apps.core.problems import FieldProblem
from apps.objectives.domain.openslo_json import TooDeep, json_node
from apps.objectives.domain.openslo_secrets import is_secret_name

MOST_BYTES = 1024 * 1024
MOST_OBJECTS = 500
MOST_DEPTH = 40
MOST_FAULTS = 200
TOO_MANY = f"At most {MOST_OBJECTS} objects are read at once. Take them over in several parts."
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_BOOL = "tag:yaml.org,2002:bool"
_NULL = "tag:yaml.org,2002:null"
_STR = "tag:yaml.org,2002:str"
_TOO_DEEP = FieldProblem("", "too_deep", f"The document nests deeper than {MOST_DEPTH} levels.")
_PLAIN_TAGS = (_INT, _FLOAT, _BOOL, _NULL, _STR, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class SourceObject:
    """One object of a file: where it stands, and what it says."""

    file: str
    pointer: str
    document: Mapping[str, Any]
    faults: tuple[FieldProblem, ...] = ()

    @property
    def kind(self) -> str:
        """Its kind, or empty."""
        kind = self.document.get("kind")
        return kind if isinstance(kind, str) else ""

    @property
    def name(self) -> str:
        """Its name, or empty."""
        metadata = self.document.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        return name if isinstance(name, str) else ""


@dataclass
class TextRead:
    """The objects of one file, and what is wrong with the file as a whole."""

    objects: list[SourceObject] = field(default_factory=list)
    faults: list[FieldProblem] = field(default_factory=list)
    # Everything that was built of it: no comment, and nothing that was refused.
    documents: list[Any] = field(default_factory=list)


def read_text(file: str, body: bytes) -> TextRead:
    """Every object of a file with the faults of each; a file that cannot be read has faults of its own and no objects.

    Secrets are found by the names of their keys: their values are never built, so that none is stored or echoed.
    """
    found = TextRead()
    text = _decoded(body, found)
    if text is None:
        return found
    try:
        nodes = _nodes(text)
    except TooDeep:
        found.faults.append(_TOO_DEEP)
        return found
    except _Refused as refused:
        found.faults.append(refused.problem)
        return found
    except (yaml.YAMLError, RecursionError) as error:
        found.faults.append(FieldProblem("", "not_yaml", _where(error)))
        return found
    for number, node in enumerate(nodes):
        builder = _Builder()
        found.documents.append(builder.build(node, f"/{number}"))
        _collect(file, f"/{number}", found.documents[-1], builder.faults, found)
        found.faults.extend(_outside(found, builder.faults))
    if len(found.objects) > MOST_OBJECTS:
        return TextRead(faults=[FieldProblem("", "too_many", TOO_MANY)])
    if not found.objects and not found.faults:
        found.faults.append(FieldProblem("", "required", "The file holds no object."))
    return found


def _decoded(body: bytes, found: TextRead) -> str | None:
    if len(body) > MOST_BYTES:
        words = f"The file has {len(body):,} bytes; at most {MOST_BYTES:,} are read."
        found.faults.append(FieldProblem("", "too_large", words))
        return None
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.faults.append(FieldProblem("", "not_utf8", f"Byte {error.start} is not UTF-8."))
        return None


@dataclass(frozen=True)
class _Refused(Exception):
    problem: FieldProblem


class _Composer(yaml.SafeLoader):
    """Composes nodes only; no object is ever constructed by the library."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node; aliases, anchors' uses and deep nesting are refused before anything is built."""
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise _Refused(FieldProblem("", "alias", f"Line {line}: write the values out; aliases are not read."))
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise _Refused(_TOO_DEEP)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _nodes(text: str) -> list[yaml.Node]:
    """JSON by its own rules, where tabs may indent and half characters stand in pairs; all else as YAML."""
    whole = json_node(text, deepest=MOST_DEPTH) if text.lstrip()[:1] in ("{", "[") else None
    return _compose(text) if whole is None else [whole]


def _compose(text: str) -> list[yaml.Node]:
    loader = _Composer(text)
    try:
        nodes = []
        while loader.check_node():
            nodes.append(loader.get_node())
        return [node for node in nodes if node is not None]
    finally:
        loader.dispose()


def _where(error: Exception) -> str:
    """Where the text stops being YAML; the line itself is not repeated, as it may hold a secret."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
    return f"{place}the text is neither YAML nor JSON from here on."


def _collect(file: str, pointer: str, value: Any, faults: Sequence[FieldProblem], found: TextRead) -> None:
    """Objects of one document: itself, the items of a sequence, or those of a `kind: List`; each with its faults."""
    if len(found.objects) > MOST_OBJECTS:
        return
    if isinstance(value, dict) and value.get("kind") == "List" and isinstance(value.get("items"), list):
        _collect(file, f"{pointer}/items", value["items"], faults, found)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _collect(file, f"{pointer}/{number}", item, faults, found)
    elif isinstance(value, dict):
        own = (fault for fault in faults if f"{fault.pointer}/".startswith(f"{pointer}/"))
        found.objects.append(SourceObject(file, pointer, value, tuple(own)))
    else:
        found.faults.append(FieldProblem(pointer, "wrong_type", "An OpenSLO object is a mapping."))


def _outside(found: TextRead, faults: Sequence[FieldProblem]) -> Iterator[FieldProblem]:
    """Faults of a document that no object of it holds."""
    held = {id(fault) for one in found.objects for fault in one.faults}
    return (fault for fault in faults if id(fault) not in held)


@dataclass
class _Builder:
    """Plain values from nodes, with the faults found on the way."""

    faults: list[FieldProblem] = field(default_factory=list)

    def build(self, node: yaml.Node, pointer: str) -> Any:
        """The value of a node; what is refused is None and noted."""
        if node.tag not in _PLAIN_TAGS and node.tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value"):
            return self._note(pointer, "tag", "Tags are not read; write a plain value.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, f"{pointer}/{i}") for i, item in enumerate(node.value)]
        return self._scalar(node, pointer)

    def _mapping(self, node: yaml.MappingNode, pointer: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(pointer, "wrong_type", "A key is a plain text.")
                continue
            key, place = _whole(str(key_node.value)), f"{pointer}/{escaped(key_node.value)}"
            if key is None:
                self._note(place, "not_text", "The key holds half a character.")
            elif key in found:
                self._note(place, "repeated", "The key stands twice.")
            elif key == "<<":
                self._note(place, "alias", "Write the values out; merged keys are not read.")
            elif is_secret_name(key):
                self._note(place, "secret", "Secrets are not taken in. Remove the key and its value from the file.")
                found[key] = None
            else:
                found[key] = self.build(value_node, place)
        return found

    def _scalar(self, node: yaml.Node, pointer: str) -> Any:
        text = str(node.value)
        if node.tag in (_INT, _FLOAT):
            return self._number(text, pointer)
        if node.tag == _BOOL and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if node.tag == _NULL:
            return None
        if "\0" in text:
            return self._note(pointer, "nul_not_allowed", "Remove the NUL character.")
        whole = _whole(text)
        if whole is None:
            return self._note(pointer, "not_text", "The text holds half a character.")
        return whole  # yes, no, on, off and times of day stay the texts that they are

    def _number(self, text: str, pointer: str) -> Any:
        if not _NUMBER.fullmatch(text):
            return text  # such as 0x1F, 1_000, 12:30, .inf: no number of OpenSLO, and the reader says what it wants
        try:
            return Decimal(text)
        except InvalidOperation:
            return self._note(pointer, "not_a_number", "This is not a number.")

    def _note(self, pointer: str, code: str, sentence: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(FieldProblem(pointer, code, sentence))


def _whole(text: str) -> str | None:
    """A text whose characters above U+FFFF are written as two halves, joined; None where a half stands alone."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return None
