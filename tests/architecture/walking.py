"""Asking the whole portal: every principal, every route, real objects; each request is taken back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.architecture.world import World, build_world, on_monday

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# The columns of access_matrix.toml: who asks, as a person's name or a token's key.
PEOPLE = {
    "member_a": "dee", "tl_a": "ana", "pm_a": "bo", "em_a": "cy", "member_b": "eli", "leadership_group": "gil",
    "leadership": "fay", "steward": "gus", "admin": "hal", "disabled": "pat", "django_admin": "sol",
}  # fmt: skip
TOKENS = {
    "push_a": "only_push", "read_a": "read", "propose_a": "propose", "read_b": "harbour_read", "expired": "expired",
    "organisation_token": "organisation_push",
}  # fmt: skip
# Whose own words each may read; nobody else may meet one anywhere. Who pushes reads what became of the import.
READERS = {
    "push_a": {"checkout"},
    "member_a": {"checkout"}, "tl_a": {"checkout"}, "pm_a": {"checkout"}, "em_a": {"checkout"},
    "member_b": {"harbour"}, "leadership_group": {"checkout", "harbour"}, "read_a": {"checkout"},
    "read_b": {"harbour"}, "leadership": {"checkout", "harbour", "quay"}, "steward": {"checkout", "harbour", "quay"},
    "admin": {"checkout", "harbour", "quay"}, "organisation_token": {"checkout", "harbour", "quay"},
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Headers and body, to be searched."""
        return "\n".join([*(f"{k}: {v}" for k, v in self.headers.items()), self.body.decode("utf-8", "replace")])


class Walk:
    """The world, one client for each principal, every answer so far, and every line logged meanwhile."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = {"anonymous": Client(raise_request_exception=False)}
        self.clients |= {column: self._person(name) for column, name in PEOPLE.items()}
        self.clients |= {column: self._token(key) for column, key in TOKENS.items()}
        self.logged: list[str] = []
        self._answers: dict[tuple[str, str, str], Answer] = {}
        gone = world.organisation.people[PEOPLE["disabled"]]
        gone.is_active = False
        gone.save()

    def _person(self, name: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(self.world.organisation.people[name])
        return client

    def _token(self, key: str) -> Client:
        bearer = f"Bearer {self.world.secrets[key]}"
        return Client(raise_request_exception=False, headers={"Authorization": bearer})

    def path(self, pattern: str, team: str = "checkout") -> str:
        """A path of access_matrix.toml with the keys of a team's objects."""
        return pattern.format(**self.world.keys_of(team))

    def ask(self, principal: str, path: str, method: str = "GET") -> Answer:
        """The answer to one request without parameters or with an empty body, asked once."""
        key = (principal, method, path)
        if key not in self._answers:
            self._answers[key] = self.ask_again(principal, path, method)
        return self._answers[key]

    def ask_again(self, principal: str, path: str, method: str = "GET") -> Answer:
        """The same, asked anew; whatever the request wrote and whatever cookie it set is taken back."""
        client = self.clients[principal]
        jar: SimpleCookie = SimpleCookie()
        jar.update(client.cookies)
        with transaction.atomic():
            got = self._send(client, method, path)
            transaction.set_rollback(True)
        client.cookies = jar
        return Answer(got.status_code, dict(got.headers), got.getvalue())

    @staticmethod
    def _send(client: Client, method: str, path: str) -> Any:
        if method in ("GET", "HEAD", "OPTIONS"):
            return client.generic(method, path)
        is_api = path.startswith("/api/")
        body, kind = ("{}", "application/json") if is_api else ("", "application/x-www-form-urlencoded")
        return client.generic(method, path, body, kind)


@contextmanager
def walking() -> Iterator[Walk]:
    """A walk through a world of its own; everything is rolled back at the end."""
    cache.clear()
    with transaction.atomic(), on_monday():
        walk = Walk(build_world())
        with _listening(walk.logged):
            yield walk
        transaction.set_rollback(True)


@contextmanager
def _listening(lines: list[str]) -> Iterator[None]:
    """Every log record as it would be written."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    ear, root = Ear(level=logging.INFO), logging.getLogger()
    root.addHandler(ear)
    try:
        yield
    finally:
        root.removeHandler(ear)


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern with its whole route."""

    def below(patterns: Any, prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from below(entry.url_patterns, route)
            else:
                yield _plain(route), entry

    yield from below(get_resolver().url_patterns, "")


def route_of(path: str) -> str:
    """The route a path is answered by."""
    return _plain(resolve(path).route)


def _plain(route: str) -> str:
    """A route without the marks by which a nested regular expression begins."""
    return route.replace("^", "")
