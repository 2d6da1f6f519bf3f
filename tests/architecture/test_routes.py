"""Every route: it declares who may come in, stands in the access matrix, answers each principal as written,
and never shows a team's own words, nor that they exist, to anybody else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.checks import Tags, run_checks
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import path as address
from django.urls.resolvers import RegexPattern, URLResolver

from apps.core.access import Access, shape_of, undeclared
from tests.architecture.matrix import METHODS, PRINCIPALS, Entry, entries
from tests.architecture.walking import PEOPLE, READERS, TOKENS, Walk, route_of, routes
from tests.architecture.words import OWN, RESTRICTED, own_words

ENTRIES = list(entries())
PROBES = ("admin", "steward", "em_a", "organisation_token")
REFUSED = {302, 401, 403, 404, 405}
ABSENT_KEYS = {
    "team": "no-such-team", "service": "no-such-service", "card": 987654, "cell": 987654, "review": 987654,
    "import": 987654, "token": 987654, "target": 987654, "template": 987654, "kit": "no-such-kit",
    "proposal": 987654, "change": 987654, "request": 987654, "action": 987654, "done_action": 987654,
    "asked_action": 987654, "incident": 987654, "hidden": 987654, "entry": 987654, "listed": 987654,
    "row": "no-such-row", "sli": "no-such-sli", "slo": "no-such-slo", "policy": "no-such-policy", "promise": 987654,
    "trigger": 987654, "decision": 987654, "alert": 987654, "result": 987654, "weekly": 987654, "weekly_item": 987654,
    "weekly_decision": 987654,
    "annotation": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip
# More addresses whose answers are searched: filters, orders, forms of the same rows.
FURTHER = (
    "/search/?q=own-words", "/?page=1", "/leadership/?order=needs_decision", "/teams/{team}/?print=1",
    "/metrics/change-failure-rate/trend/?subject=team:{team}&grain=quarter",
    "/metrics/change-failure-rate/trend.csv?subject=team:{team}&grain=week", "/annotations/?kind=launch",
    "/api/v1/scorecards/?team={team}", "/api/v1/target-reviews/?team={team}", "/api/v1/targets/?team={team}",
    "/incidents/?team={team}", "/api/v1/incidents/?team={team}", "/search/?q=own",
    "/api/v1/tokens/?team={team}", "/api/v1/memberships/?team={team}", "/api/v1/reviews/?team={team}",
    "/api/v1/decisions/?team={team}",
)  # fmt: skip
# Where restricted things would stand: their own addresses, and lists that gather what a team learned.
HIDDEN = (
    "/incidents/{hidden_out}/", "/incidents/{hidden}/candidates/", "/retros/{hidden_out}/", "/retros/{hidden}/",
    "/retros/{hidden}/summary/", "/retros/{hidden}/factors/", "/causes/{hidden_cause}/", "/actions/{hidden_action}/",
    "/api/v1/incidents/{hidden_out}/", "/api/v1/retros/{hidden_out}/", "/api/v1/known-causes/{hidden_cause}/",
    "/api/v1/actions/{hidden_action}/", "/actions/?team={team}", "/teams/{team}/synthesis/?month=2026-08",
    "/api/v1/actions/?team={team}", "/search/?q=own-words-{team}",
)  # fmt: skip
pytestmark = pytest.mark.django_db
# Whoever reads some rows but not all: the doors of the other teams are tried as well.
CURIOUS = {"em_a", "member_b", "leadership_group", "django_admin", "read_a", "read_b"}
FILTERED = ("scorecards", "target-reviews", "reviews", "decisions", "targets", "tokens", "memberships")


def own_routes() -> Iterator[tuple[str, Any]]:
    """Every route of ours; Django's admin has a file of its own."""
    return ((route, entry) for route, entry in routes() if not route.startswith("admin/"))


def declared_shape(callback: Any, method: str) -> Access | None:
    """The shape that guards a method: the view's own, or its action's narrower one."""
    action = getattr(callback, "actions", {}).get(method.lower(), "") if hasattr(callback, "actions") else ""
    view = getattr(callback, "cls", None)
    narrower = getattr(getattr(view, action, None), "kwargs", {}).get("access")
    return narrower or getattr(view, "access_of", {}).get(action) or shape_of(callback)


def test_routes__each_declares_its_access() -> None:
    assert undeclared([entry for _, entry in own_routes()]) == []


def test_start__is_stopped_by_a_route_without_access(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the start names the view and says what to do."""

    def open_door(request: Any) -> None:
        """A view that says nothing of who may come in."""

    monkeypatch.setattr(
        "apps.core.access.get_resolver", lambda: URLResolver(RegexPattern(""), [address("door/", open_door)])
    )
    (problem,) = [found for found in run_checks(tags=[Tags.security]) if found.id == "plumbline.E001"]
    assert problem.msg.startswith(f"door/ ({__name__}.")
    assert "Access.<SHAPE>" in problem.hint
    assert problem.is_serious()


def test_routes__each_stands_in_the_matrix(walk: Walk) -> None:
    known = {route_of(walk.path(entry.pattern)) for entry in ENTRIES}
    assert [route for route, _ in own_routes() if route not in known] == [], "Add the route to access_matrix.toml."


def test_routes__each_method_of_a_viewset_stands_in_the_matrix(walk: Walk) -> None:
    known = {(route_of(walk.path(entry.pattern)), entry.method) for entry in ENTRIES}
    offered = {(route, method) for route, entry in own_routes() for method in _offered(entry.callback)}
    assert sorted(offered - known) == []


def _offered(callback: Any) -> set[str]:
    """The methods a class-based view answers; function views are tried one by one below."""
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    named = getattr(callback, "actions", None) or [
        m for m in getattr(view, "http_method_names", ()) if hasattr(view, m)
    ]
    return {method.upper() for method in named}.intersection(METHODS)


def test_routes__the_matrix_names_the_shape_they_declare(walk: Walk) -> None:
    by_route = dict(own_routes())
    for entry in ENTRIES:
        callback = by_route[route_of(walk.path(entry.pattern))].callback
        assert declared_shape(callback, entry.method) == entry.shape, (entry.method, entry.pattern)


def test_principals__are_all_columns(walk: Walk) -> None:
    assert set(walk.clients) == set(PRINCIPALS)
    assert {"anonymous", *PEOPLE, *TOKENS} == set(PRINCIPALS)


@pytest.mark.parametrize("row", sorted({entry.row for entry in ENTRIES}))
def test_matrix__every_principal_gets_the_status_written(row: str, walk: Walk) -> None:
    found, written = {}, {}
    for entry in (one for one in ENTRIES if one.row == row):
        for principal in PRINCIPALS:
            place = f"{entry.method} {entry.pattern} as {principal}"
            found[place] = walk.ask(principal, walk.path(entry.pattern), entry.method).status
            written[place] = entry.statuses[principal]
    assert {k: v for k, v in found.items() if v != written[k]} == {}, {
        k: v for k, v in written.items() if v != found[k]
    }


def test_matrix__what_is_not_written_is_not_offered(walk: Walk) -> None:
    written = {(entry.method, route_of(walk.path(entry.pattern))) for entry in ENTRIES}
    for pattern in {route_of(walk.path(entry.pattern)): entry.pattern for entry in ENTRIES}.values():
        path = walk.path(pattern)
        for method in (m for m in METHODS if (m, route_of(path)) not in written):
            statuses = {who: walk.ask(who, path, method).status for who in PROBES}
            assert set(statuses.values()) <= REFUSED, (method, path, statuses)
            assert 405 in statuses.values(), (method, path, statuses)


def test_matrix__head_is_get_without_its_body(walk: Walk) -> None:
    for entry in (one for one in ENTRIES if one.method == "GET"):
        path = walk.path(entry.pattern)
        head, whole = walk.ask("tl_a", path, "HEAD"), walk.ask("tl_a", path)
        assert (head.status, head.body) == (whole.status, b""), path


def test_matrix__options_open_nothing_that_is_closed(walk: Walk) -> None:
    for entry in (one for one in ENTRIES if one.shape not in ("public", "monitor")):
        for principal in ("anonymous", "disabled", "expired"):
            status = walk.ask(principal, walk.path(entry.pattern), "OPTIONS").status
            assert status in (302, 401, 405), (entry.pattern, principal, status)


def test_own_words__are_met_by_their_readers_only(walk: Walk) -> None:
    leaks = []
    for principal, path, method in _searched(walk):
        text = walk.ask(principal, path, method).text
        foreign = {team for team in walk.world.places if f"{OWN}-{team}-" in text} - READERS.get(principal, set())
        leaks += [f"{method} {path} shows {team}'s words to {principal}" for team in sorted(foreign)]
    assert leaks == []


def test_own_words__are_met_by_their_readers(walk: Walk) -> None:
    """The search above finds something to search for: each kind of text stands in some answer to its readers."""
    said = "".join(
        walk.ask(who, path, method).text for who, path, method in _searched(walk) if who in ("admin", "em_a")
    )
    proposed = ("proposal", "proposed-target", "request")
    kinds = (*proposed, "target-reason", "heroic-reason", "note", "review-answer", "file", "row", "token")
    assert [kind for kind in kinds if own_words("checkout", kind) not in said] == []


def test_restricted_words__are_met_by_their_list_only(walk: Walk) -> None:
    """What a restricted incident says is met by nobody whose role reads every team, by no tool and no neighbour."""
    texts = [own_words("checkout", where) for where in RESTRICTED]
    unlisted = (
        "member_b", "leadership_group", "leadership", "steward", "admin", "django_admin", "read_b",
        "organisation_token",
    )  # fmt: skip
    paths = [walk.path(entry.pattern) for entry in ENTRIES if entry.method == "GET"]
    paths += [walk.path(path) for path in (*FURTHER, *HIDDEN)]
    met = [(who, path) for who in unlisted for path in paths if any(w in walk.ask(who, path).text for w in texts)]
    assert met == []
    listed = {path: walk.ask("member_a", path).text for path in paths}
    assert [word for word in texts if not any(word in text for text in listed.values())] == []
    for path in HIDDEN:
        if "_" in path:
            assert walk.ask("member_b", walk.path(path)).status == 404, path


def test_own_words__stand_in_no_log_and_no_cache(walk: Walk) -> None:
    for principal, path, method in _searched(walk):
        walk.ask(principal, path, method)
    assert walk.logged
    assert [line for line in walk.logged if OWN in line] == []
    assert [key for key, value in getattr(cache, "_cache", {}).items() if OWN.encode() in value] == []


def _searched(walk: Walk) -> Iterator[tuple[str, str, str]]:
    """(principal, path, method): A's objects for everybody, those of B and C for whoever reads some but not all."""
    for principal in PRINCIPALS:
        teams = walk.world.places if principal in CURIOUS else ("checkout",)
        for entry in ENTRIES:
            for team in teams if entry.names_an_object else ("checkout",):
                yield principal, walk.path(entry.pattern, team), entry.method
        for pattern in FURTHER:
            for team in teams if "{" in pattern else ("checkout",):
                yield principal, walk.path(pattern, team), "GET"


@pytest.mark.parametrize("entry", [one for one in ENTRIES if one.is_of_a_team], ids=lambda e: f"{e.method} {e.pattern}")
def test_swap__another_teams_object_and_none_at_all_answer_the_same(entry: Entry, walk: Walk) -> None:
    keys = {**walk.world.keys_of("checkout"), **_absent_in(entry.pattern)}
    for principal in (who for who, status in entry.statuses.items() if status == 404):
        foreign, foreign_cost = _asked(walk, principal, walk.path(entry.pattern), entry.method)
        absent, absent_cost = _asked(walk, principal, entry.pattern.format(**keys), entry.method)
        assert foreign == absent, principal
        assert foreign[0] == 404
        assert foreign_cost == absent_cost, f"{principal}: the number of queries tells them apart"


def _absent_in(pattern: str) -> dict[str, Any]:
    """Keys nobody has, for the last reference of a path."""
    last = re.findall(r"{(\w+)}", pattern)[-1]
    return {last: ABSENT_KEYS[last]}


def _asked(walk: Walk, principal: str, path: str, method: str) -> tuple[tuple[int, bytes, dict[str, str]], int]:
    """Status, body and headers without what every request has of its own; and the number of queries."""
    with CaptureQueriesContext(connection) as queries:
        answer = walk.ask_again(principal, path, method)
    body = answer.body.replace(path.encode(), b"PATH")
    body = re.sub(rb'urn:uuid:[-0-9a-f]{36}|value="[A-Za-z0-9]{64}"|nonce-[\w+/=-]+', b"", body)
    return (
        answer.status,
        body,
        {k: v for k, v in answer.headers.items() if k not in ("X-Request-ID", "Content-Length")},
    ), len(queries)


@pytest.mark.parametrize("name", FILTERED)
def test_swap__a_filter_by_another_team_and_by_none_answer_the_same(name: str, walk: Walk) -> None:
    for principal in ("member_b", "read_b", "django_admin"):
        answers = [walk.ask(principal, f"/api/v1/{name}/?team={team}") for team in ("checkout", "quay", "no-such-team")]
        assert len({(answer.status, answer.body) for answer in answers}) == 1, principal
        assert answers[0].status == 200
        assert b'"results":[]' in answers[0].body.replace(b" ", b"")
