"""Django's admin: it opens for its own people only; governed rows are looked at, kept ones are written down."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.domain import OrganisationRole
from apps.accounts.models import RoleGrant, User
from apps.audit.models import AuditEvent
from apps.core import clock
from tests.architecture.matrix import ADMIN
from tests.architecture.rows import NOON, Shelf
from tests.architecture.walking import routes
from tests.personas import BEGAN_AT, PASSWORD, Organisation, make_person, principal_of

pytestmark = pytest.mark.django_db
each_model = pytest.mark.parametrize("label", sorted(ADMIN))
OUTSIDERS = (None, "dee", "cy", "fay", "gus", "hal")
# What the site answers beside the pages of models.
FRAME = ("index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n")


@pytest.fixture
def sol() -> Client:
    """A browser of somebody who may open Django's admin, as `createsuperuser` makes them."""
    person = User.objects.create_superuser("sol@example.org", PASSWORD, full_name="Sol Aster")
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@pytest.fixture
def vic() -> User:
    """A superuser who holds no role."""
    person = make_person("vic", "Vic Orr")
    person.is_staff = person.is_superuser = True
    person.save()
    return person


def addresses(label: str, row: models.Model) -> dict[str, str]:
    """Every page of a model by its name."""
    app, name = label.split(".")
    own = {page: reverse(f"admin:{app}_{name}_{page}", args=[row.pk]) for page in ("change", "delete", "history")}
    return own | {page: reverse(f"admin:{app}_{name}_{page}") for page in ("changelist", "add")}


def test_admin__every_model_stands_in_the_matrix() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(ADMIN)


def test_admin__has_no_page_that_is_not_asked_here(organisation: Organisation) -> None:
    names = {entry.name for route, entry in routes() if route.startswith("admin/")} - {None, "view_on_site", "app_list"}
    pages = {f"{label.replace('.', '_')}_{page}" for label in ADMIN for page in addresses(label, organisation.group)}
    assert names - pages - set(FRAME) == {"auth_user_password_change"}


@each_model
def test_admin__opens_as_written(label: str, sol: Client) -> None:
    row = Shelf().one(apps.get_model(label))
    written = {"changelist": 200, "change": 200, "history": 200, "add": 200, "delete": 403}
    if ADMIN[label] == "read":
        written["add"] = 403
    assert {page: sol.get(path).status_code for page, path in addresses(label, row).items()} == written


@each_model
def test_admin__writes_only_what_is_kept_there(label: str, sol: Client) -> None:
    model = apps.get_model(label)
    row = Shelf().one(model)
    before = list(model._base_manager.values())
    sent = {page: sol.post(path, {}).status_code for page, path in addresses(label, row).items() if page != "history"}
    refused = {"delete"} | ({"add", "change"} if ADMIN[label] == "read" else set())
    assert {page for page, status in sent.items() if status == 403} == refused
    assert list(model._base_manager.values()) == before


@pytest.mark.parametrize("persona", OUTSIDERS)
def test_admin__is_closed_to_everybody_else(persona: str | None, client_as: Callable[..., Client]) -> None:
    _require_closed(client_as(persona))


@pytest.mark.parametrize("role", [None, OrganisationRole.STEWARD, OrganisationRole.LEADERSHIP])
def test_admin__is_closed_to_a_superuser_who_is_no_administrator(
    role: OrganisationRole | None, vic: User, client_as: Callable[..., Client]
) -> None:
    if role is not None:
        RoleGrant.objects.create(user=vic, role=role, from_at=BEGAN_AT)
    _require_closed(client_as(vic))


def test_admin__closes_at_the_next_request_when_the_role_ends(sol: Client) -> None:
    assert sol.get("/admin/").status_code == 200
    RoleGrant.objects.filter(user__email="sol@example.org").update(until_at=clock.now())
    assert sol.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert sol.get("/admin/login/").status_code == 200


def test_first_administrator__is_written_down(db: None) -> None:
    person = User.objects.create_superuser("sol@example.org", PASSWORD, full_name="Sol Aster")
    assert principal_of(person, clock.now()).organisation_roles == {OrganisationRole.ADMIN}
    event = AuditEvent.objects.latest("seq")
    assert event.action == "role_grant.created"
    assert json.loads(event.payload_text)["data"] == {"role": "admin"}


def _require_closed(client: Client) -> None:
    """Every page of every model leads to the sign-in of Django's admin."""
    shelf = Shelf()
    for label in ADMIN:
        row = shelf.one(apps.get_model(label))
        for path in addresses(label, row).values():
            answer = client.get(path)
            assert (answer.status_code, answer.headers.get("Location", "")[:14]) == (302, "/admin/login/?"), path


@pytest.mark.parametrize("key", ["push", "organisation_push"])
def test_admin__is_closed_to_tokens(key: str, organisation: Organisation) -> None:
    client = Client(headers={"Authorization": f"Bearer {organisation.secrets[key]}"})
    for path in ("/admin/", reverse("admin:teams_team_changelist"), reverse("admin:reviews_targetreview_changelist")):
        assert client.get(path).headers["Location"].startswith("/admin/login/?")


def test_admin__shows_nothing_that_opens_a_door(organisation: Organisation, sol: Client) -> None:
    token = apps.get_model("teams.ApiToken").objects.first()
    page = sol.get(reverse("admin:teams_apitoken_change", args=[token.pk])).content.decode()
    assert token.prefix in page
    assert token.digest not in page
    person = organisation.people["ana"]
    page = sol.get(reverse("admin:accounts_user_change", args=[person.pk])).content.decode()
    assert person.password not in page


def test_admin__what_is_kept_there_is_written_down(organisation: Organisation, sol: Client) -> None:
    path = reverse("admin:teams_group_change", args=[organisation.group.pk])
    answer = sol.post(path, {"slug": "shop", "name": "The shop"})
    assert answer.status_code == 302
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.subject) == ("group.changed", f"teams.group:{organisation.group.pk}")


@each_model
def test_admin__a_list_asks_the_same_whatever_its_length(label: str, sol: Client) -> None:
    model, path = apps.get_model(label), reverse(f"admin:{label.replace('.', '_')}_changelist")
    counts = []
    for _ in range(2):
        _one_more(model)
        with CaptureQueriesContext(connection) as queries:
            assert sol.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _one_more(model: type[models.Model]) -> None:
    """A further row that no uniqueness refuses: its references are rows of its own."""
    plain = {f.name for f in model._meta.concrete_fields if not f.is_relation}
    numbers = {"number", "revision", "seq"} & plain
    further: dict[str, Any] = {name: model._base_manager.count() + 1 for name in numbers}
    if "number" in further and "meaning_number" in plain:
        further |= {name: NOON.date() for name in ("effective_from", "governs_from") if name in plain}
    if model._meta.label_lower in ("measurements.recomputerequest", "audit.headnote"):
        further["day"] = NOON.date() + timedelta(days=model._base_manager.count())
    if model._meta.label_lower in ("incidents.page", "incidents.pagelabel"):
        page = apps.get_model("incidents.page")
        shelf, key = Shelf(), {"external_key": f"k{page._base_manager.count()}"}
        shelf.rows[page] = shelf.store(page, **key)
        if model is not page:
            shelf.store(model, **further)
        return
    Shelf().store(model, **further)
