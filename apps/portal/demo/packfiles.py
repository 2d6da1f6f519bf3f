"""The packed history of a real organisation: five CSV files, compressed beside this module."""

import csv
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

PACK_DIRECTORY = Path(__file__).resolve().parent / "pack"
PACK_NAMES = ("deployments", "changes", "remediations", "probes", "outages")


def open_pack(name: str) -> TextIO:
    """Open one packed CSV file as text, its line ends untouched as the csv module wants them."""
    if name not in PACK_NAMES:
        message = f"The pack has no file {name!r}. Known: {', '.join(PACK_NAMES)}."
        raise ValueError(message)
    return lzma.open(PACK_DIRECTORY / f"{name}.csv.xz", mode="rt", encoding="utf-8", newline="")


def pack_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one packed file in file order, each a dict from column name to text."""
    with open_pack(name) as file:
        yield from csv.DictReader(file)
