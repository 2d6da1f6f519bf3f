"""A real repository, scripted commit by commit, with times in hours and a canary for every person field."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 3, 2, tzinfo=UTC)
CANARY = "Canary Kanarski"
CANARY_MAIL = "canary@example.org"


def at_hour(hour: float) -> datetime:
    return START + timedelta(hours=hour)


class ScriptedRepository:
    def __init__(self, path: Path, *, branch: str = "main") -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", branch)

    def git(self, *arguments: str, hour: float = 0, authored: float | None = None) -> str:
        stamp, author_stamp = (at_hour(h).isoformat() for h in (hour, hour if authored is None else authored))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": CANARY,
            "GIT_AUTHOR_EMAIL": CANARY_MAIL,
            "GIT_COMMITTER_NAME": CANARY,
            "GIT_COMMITTER_EMAIL": CANARY_MAIL,
            "GIT_AUTHOR_DATE": author_stamp,
            "GIT_COMMITTER_DATE": stamp,
        }
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, message: str, hour: float, *, authored: float | None = None) -> str:
        """Commit on the current branch; the id of the commit."""
        self.git("commit", "-q", "--allow-empty", "-m", message, hour=hour, authored=authored)
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, message: str, hour: float) -> str:
        self.git("merge", "-q", "--no-ff", "-m", message, branch, hour=hour)
        return self.git("rev-parse", "HEAD")

    def on(self, branch: str, *, fresh_from: str | None = None) -> None:
        arguments = ["-b", branch, fresh_from] if fresh_from else [branch]
        self.git("checkout", "-q", *arguments)

    def tag(self, name: str, hour: float | None = None, *, target: str = "HEAD", force: bool = False) -> None:
        """An annotated tag made at this hour, or a lightweight one without."""
        arguments = ["-f"] if force else []
        if hour is None:
            self.git("tag", *arguments, name, target)
        else:
            self.git("tag", *arguments, "-a", "-m", f"release by {CANARY}", name, target, hour=hour)
