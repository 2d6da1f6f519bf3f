"""Plain YAML text of documents: keys in the given order, decimals with every digit, no tags. Pure."""

from decimal import Decimal
from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    """Writes nothing but plain scalars, lists and mappings, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """The same list twice is written twice."""
        return True


def _decimal(dumper: _Plain, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


_Plain.add_representer(Decimal, _decimal)


def write_yaml(*documents: Any) -> str:
    """The documents as YAML, several of them divided by `---`."""
    return yaml.dump_all(
        documents, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=10_000, explicit_start=len(documents) > 1
    )
