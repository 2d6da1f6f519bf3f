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
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Plain.add_representer(Decimal, _decimal)


def write_yaml(*documents: Any, is_short: bool = False) -> str:
    """The documents as YAML, several of them divided by `---`; short ones stand in one line each."""
    return yaml.dump_all(
        documents, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=2**24 if is_short else 10_000,
        explicit_start=len(documents) > 1, default_flow_style=is_short,
    )  # fmt: skip
