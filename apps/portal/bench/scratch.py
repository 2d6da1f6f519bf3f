"""Scratch databases on the server that is given, gone at the end, and steps in processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

Figures = dict[str, Any]
Tell = Callable[[str], None]
SERVER_VARIABLES = ("TEST_DATABASE_URL", "DATABASE_URL")
NEEDS_POSTGRESQL = (
    "The bench measures PostgreSQL, and there is none: set DATABASE_URL (or TEST_DATABASE_URL) to a server on which it"
    " may create databases, for example postgres://postgres@127.0.0.1:5432/postgres. SQLite is not measured."
)


class NoServerError(Exception):
    """There is no PostgreSQL to measure; the text says what to set."""


class StepFailedError(Exception):
    """A step ended with an error, which it has printed itself."""


def server_url(environment: Mapping[str, str]) -> str:
    """The address of the PostgreSQL server to measure on."""
    found = (environment.get(name, "") for name in SERVER_VARIABLES)
    url = next((url for url in found if urlsplit(url).scheme in ("postgres", "postgresql", "pgsql")), None)
    if url is None:
        raise NoServerError(NEEDS_POSTGRESQL)
    return url


@contextmanager
def scratch_database(server: str, name: str) -> Iterator[str]:
    """Make an empty database, migrate it, answer its address; drop it whatever happens."""
    database = f"plumbline_bench_{os.getpid()}_{name}".replace("-", "_")
    url = urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
    _on_server(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    try:
        _manage(url, "migrate", "--verbosity=0", "--skip-checks")
        yield url
    finally:
        _on_server(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _on_server(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server.replace("pgsql://", "postgresql://", 1), autocommit=True) as session:
        session.execute(statement)


def run_step(url: str, step: str, **options: object) -> Figures:
    """Run one step in a process of its own on a database, so that its time and memory are nobody else's."""
    answer = _manage(url, "bench", "--step", json.dumps({"step": step, **options}))
    figures: Figures = json.loads(answer.splitlines()[-1])
    return figures


def _manage(url: str, *arguments: str) -> str:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    environment = os.environ | {"DATABASE_URL": url, "REDIS_URL": "", "PLUMBLINE_AS_OF": ""}
    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        command, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise StepFailedError(f"{' '.join(arguments)} ended with exit code {done.returncode}.")
    return done.stdout
