"""Templates of scorecards by page: what is in force, and the starter template where there is none."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from apps.audit.models import AuditEvent
from apps.scorecards.models import TemplateVersion
from tests.personas import Organisation
from tests.web.portal.pages import links_of, words_of

LIST = "/scorecards/templates/"
ADOPT = "/scorecards/templates/product/adopt/"
GOOD = {"effective_from": "2026-08-24", "reason": "We begin with the starter template for a quarter."}
Clients = Callable[..., Client]
pytestmark = pytest.mark.usefixtures("organisation")


def test_templates__say_where_none_is_in_force(client_as: Clients) -> None:
    answer = client_as("gus").get(LIST)
    text = words_of(answer)
    assert [text.index(f"{name} teams") for name in ("Platform", "Product", "Mixed")] == sorted(
        text.index(f"{name} teams") for name in ("Platform", "Product", "Mixed")
    )
    assert text.count("No template is in force, so no card is made.") == 3
    assert ADOPT in links_of(answer)
    assert "Scorecard templates" in answer.content.decode()


def test_adopt__shows_the_slots_and_which_are_defined(client_as: Clients) -> None:
    answer = client_as("gus").get(ADOPT)
    text = words_of(answer)
    assert "Change failure rate Reliability change-failure-rate" in text
    assert "Guard KPI of the business Impact guard-kpi: not defined yet" in text
    assert "/metrics/change-failure-rate/" in links_of(answer)
    assert 'value="2026-08-24"' in answer.content.decode()


def test_adopt__puts_the_starter_template_in_force(organisation: Organisation, client_as: Clients) -> None:
    client = client_as("gus")
    text = words_of(client.post(ADOPT, GOOD, follow=True))
    assert "Adopted. Cards of product teams are made by it from 24 Aug 2026 on." in text
    assert (
        "v1 · in force from 24 Aug 2026 · adopted by Gus Stein: We begin with the starter template for a quarter."
        in text
    )
    version = TemplateVersion.objects.get()
    assert (version.team_type, version.number, version.effective_from) == ("product", 1, date(2026, 8, 24))
    assert AuditEvent.objects.filter(action="scorecard_template.adopted").count() == 1
    assert ADOPT not in links_of(client.get(LIST))


def test_adopt__once(client_as: Clients) -> None:
    client = client_as("gus")
    client.post(ADOPT, GOOD)
    assert client.post(ADOPT, GOOD).status_code == client.get(ADOPT).status_code == 409
    assert TemplateVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("reason", "", "Reason: write something here."),
        ("reason", "   ", "Reason: write something here."),
        ("reason", "Because.", "at least 40 characters"),
        ("effective_from", "2026-08-01", "The next valid date is Monday 24 August 2026."),
        ("effective_from", "", "Enter a day."),
        ("effective_from", "tomorrow", "Enter a day that exists, such as 2026-08-31."),
    ],
)
def test_adopt__a_wrong_field_is_named(field: str, value: str, sentence: str, client_as: Clients) -> None:
    answer = client_as("gus").post(ADOPT, GOOD | {field: value})
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors[field])
    assert not TemplateVersion.objects.exists()


@pytest.mark.parametrize("persona", ["dee", "ana", "cy", "eli", "fay", "hal"])
def test_adopt__is_offered_to_stewards(persona: str, client_as: Clients) -> None:
    client = client_as(persona)
    assert ADOPT not in links_of(client.get(LIST))
    assert client.get(ADOPT).status_code == client.post(ADOPT, GOOD).status_code == 403


def test_adopt__of_a_type_nobody_knows(client_as: Clients) -> None:
    assert client_as("gus").get("/scorecards/templates/nobody/adopt/").status_code == 404
    assert client_as("gus").get(f"{LIST}?order=name").status_code == 400
