"""requirements/*.in to hash-pinned locks, and what a lock must not contain."""

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from devtools import environment
from devtools.say import ROOT, CommandError, run_quietly, say

FOLDER = ROOT / "requirements"
KINDS = ("base", "dev")
COMPILE = ["pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
PLACE = re.compile(r"://| @ |(?:^|\s)(?:/|\.{1,2}/)\w|^\s*(?:-i|-f|--(?:(?:extra-)?index-url|find-links))\b")
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def lock(arguments: argparse.Namespace, rest: Sequence[str]) -> int:
    """Compile both locks; stop if the result names a place or is not byte-equal when repeated."""
    environment.ensure("dev")
    for kind in KINDS:
        _compile(kind)
        first = (FOLDER / f"{kind}.lock").read_bytes()
        _compile(kind)
        if (FOLDER / f"{kind}.lock").read_bytes() != first:
            raise CommandError(f"requirements/{kind}.lock came out different the second time.")
    if found := list(problems(ROOT)):
        raise CommandError("\n".join(found))
    say("Both locks are written, equal when repeated, and name no place.")
    return 0


def _compile(kind: str) -> None:
    uv = environment.VENV / "bin" / "uv"
    options = ["--no-header", "--quiet", f"{kind}.in", "-o", f"{kind}.lock"]
    run_quietly(f"Resolving requirements/{kind}.in", [uv, *COMPILE, *options], cwd=FOLDER)


def problems(root: Path) -> Iterator[str]:
    """Sentences about whatever is wrong with the locks under `root`; none if they are clean."""
    if (root / "uv.lock").exists():
        yield "uv.lock does not belong here: the locks are requirements/*.lock (python3 dev.py lock)."
    for path in sorted((root / "requirements").iterdir()):
        yield from _places(path)
    pins = {kind: _pins(root / "requirements" / f"{kind}.lock") for kind in KINDS}
    for name, version in pins["base"].items():
        if pins["dev"].get(name) != version:
            yield f"dev.lock pins {name} {pins['dev'].get(name)}, base.lock {version}: run python3 dev.py lock."


def _places(path: Path) -> Iterator[str]:
    """A lock must install from whatever index its reader uses, so it names none."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if PLACE.search(line):
            yield f"requirements/{path.name}:{number} names a place to install from: {line.strip()}"
    if path.suffix == ".lock":
        yield from _unhashed(path)


def _unhashed(path: Path) -> Iterator[str]:
    for block in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")):
        pin = PIN.match(block)
        if pin and "--hash=sha256:" not in block:
            yield f"requirements/{path.name} pins {pin['name']} without a hash."


def _pins(path: Path) -> dict[str, str]:
    return {pin["name"]: pin["version"] for pin in PIN.finditer(path.read_text(encoding="utf-8"))}
