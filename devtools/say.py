"""What the commands print, and how they run other programs."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
QUIET_SECONDS = 2.0
LINE_EVERY_SECONDS = 10.0

Environment = Mapping[str, str | None]


class CommandError(Exception):
    """Ends a command with a sentence for the person who ran it."""

    def __init__(self, sentence: str, *, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def say(text: str = "") -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print one line to the error stream."""
    print(text, file=sys.stderr, flush=True)


def run(args: Sequence[object], *, env: Environment | None = None, cwd: Path = ROOT) -> int:
    """Run a program whose own output is the progress; return its exit code."""
    return subprocess.run([str(arg) for arg in args], env=_environment(env), cwd=cwd, check=False).returncode


@dataclass(frozen=True)
class Running:
    """A program that was started, and the file it prints into if not here."""

    process: "subprocess.Popen[bytes]"
    into: Path | None

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait()


@contextmanager
def running(args: Sequence[object], *, env: Environment, into: Path | None = None) -> Iterator[Running]:
    """Run a program until the block ends; one that still runs then is stopped."""
    with into.open("wb") if into else nullcontext() as file:
        errors = subprocess.STDOUT if file else None
        words = [str(arg) for arg in args]
        process = subprocess.Popen(words, env=_environment(env), cwd=ROOT, stdout=file, stderr=errors)
    try:
        yield Running(process, into)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def run_keeping(kept: Path, args: Sequence[object], *, env: Environment | None = None, cwd: Path = ROOT) -> int:
    """Run a program whose own output is the progress, and keep what it printed; return its exit code."""
    words = [str(arg) for arg in args]
    process = subprocess.Popen(words, env=_environment(env), cwd=cwd, stdout=subprocess.PIPE, text=True)
    with process, kept.open("w", encoding="utf-8") as file:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            file.write(line)
    return process.returncode


def become(args: Sequence[object], *, env: Environment | None = None) -> NoReturn:
    """Replace this process by a server, so that signals reach it and nothing stands between."""
    words = [str(arg) for arg in args]
    os.chdir(ROOT)
    os.execve(words[0], words, _environment(env))


def run_quietly(title: str, args: Sequence[object], *, env: Environment | None = None, cwd: Path = ROOT) -> str:
    """Run a program behind a title with elapsed seconds; return its output, stop with the output if it fails."""
    code, output = attempt_quietly(title, args, env=env, cwd=cwd)
    if code:
        raise CommandError(f"{_tail(output)}\n{title}: failed with exit code {code}.")
    return output


def attempt_quietly(
    title: str, args: Sequence[object], *, env: Environment | None = None, cwd: Path = ROOT
) -> tuple[int, str]:
    """Run a program behind a title with elapsed seconds; return exit code and output."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(arg) for arg in args],
            env=_environment(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            code = _wait(title, process)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def _environment(extra: Environment | None) -> dict[str, str]:
    """The caller's environment with additions; a value of None removes the variable."""
    merged = {**os.environ, **(extra or {})}
    return {name: value for name, value in merged.items() if value is not None}


def _wait(title: str, process: "subprocess.Popen[bytes]") -> int:
    started = time.monotonic()
    say(f"{title} ...")
    shown_at = started
    while True:
        try:
            code = process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            shown_at = _show_elapsed(title, started=started, shown_at=shown_at)
            continue
        elapsed = time.monotonic() - started
        if elapsed > QUIET_SECONDS:
            _clear()
            say(f"{title}: {'done' if code == 0 else 'failed'} after {elapsed:.0f} s")
        return code


def _show_elapsed(title: str, *, started: float, shown_at: float) -> float:
    now = time.monotonic()
    if now - started < QUIET_SECONDS:
        return shown_at
    if sys.stdout.isatty():
        print(f"\r  {title}: {now - started:.0f} s ", end="", flush=True)
        return now
    if now - shown_at >= LINE_EVERY_SECONDS:
        say(f"  {title}: {now - started:.0f} s")
        return now
    return shown_at


def _clear() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)


def _tail(output: str, lines: int = 40) -> str:
    return "\n".join(output.rstrip().splitlines()[-lines:])


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Lay rows of text out in columns, two spaces apart."""
    rows = [list(row) for row in rows]
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
