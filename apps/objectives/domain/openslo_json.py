"""JSON as the nodes that YAML is composed of, so that one reader builds both: keys that stand twice are kept. Pure."""

import json
from dataclasses import dataclass
from typing import Any

import yaml

STR, NUMBER = "tag:yaml.org,2002:str", "tag:yaml.org,2002:float"
NULL, BOOL = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"


class TooDeep(ValueError):
    """The document nests deeper than is read."""


@dataclass(frozen=True)
class _Pairs:
    """An object with every key as often as it stands."""

    items: list[tuple[str, Any]]


@dataclass(frozen=True)
class _Digits:
    """A number as it is written."""

    text: str


def json_node(text: str, *, deepest: int) -> yaml.Node | None:
    """The text as one node, None where it is no JSON; raises `TooDeep`."""
    try:
        document = json.loads(
            text, object_pairs_hook=_Pairs, parse_int=_Digits, parse_float=_Digits, parse_constant=_Digits
        )
    except ValueError:
        return None
    except RecursionError as error:
        raise TooDeep from error
    return _node(document, deepest)


def _node(value: Any, left: int) -> yaml.Node:
    if left <= 0:
        raise TooDeep
    if isinstance(value, _Pairs):
        pairs = [(yaml.ScalarNode(STR, key), _node(item, left - 1)) for key, item in value.items]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs)
    if isinstance(value, list):
        return yaml.SequenceNode("tag:yaml.org,2002:seq", [_node(item, left - 1) for item in value])
    if isinstance(value, _Digits):
        return yaml.ScalarNode(NUMBER, value.text)
    if isinstance(value, bool):
        return yaml.ScalarNode(BOOL, str(value).lower())
    return yaml.ScalarNode(NULL, "") if value is None else yaml.ScalarNode(STR, value)
