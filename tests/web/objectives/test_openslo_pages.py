"""OpenSLO over pages and REST: taken over by hand, given away, and rules for Prometheus."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from apps.core import clock
from apps.governance.models import Proposal
from apps.objectives.models import MonitoringSource
from tests.agreeing import REASON
from tests.personas import Organisation
from tests.promising import promised
from tests.unit.objectives.test_openslo import CANARY, SLI, SLO, SOURCE
from tests.web.portal.pages import main_of, words_of

As = Callable[..., Client]
ApiAs = Callable[..., APIClient]
IMPORT = "/objectives/import/"
TEXT = f"{SOURCE}---{SLI}---{SLO}"
PULL = {
    "source": "pull", "monitoring_source": "prom", "valid_query": "sum(increase(requests_total[$window]))",
    "bad_query": 'sum(increase(requests_total{code=~"5.."}[$window]))',
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _server(organisation: Organisation) -> None:
    MonitoringSource.objects.create(
        slug="prom", name="Prometheus", base_url="https://prom.example.org", registered_at=clock.now(),
        registered_by=organisation.people["hal"],
    )  # fmt: skip


def looked_at(client: Client, *texts: str) -> Any:
    """The page after the files were sent; all have one name, as from several folders."""
    return client.post(IMPORT, {"file": [SimpleUploadedFile("slo.yaml", text.encode()) for text in texts]})


def bundle_of(answer: Any) -> str:
    """What the page carries on to its next step."""
    (bundle,) = re.findall(r'name="bundle" value="([^"]*)"', main_of(answer))
    return unescape(bundle)


def mapped(answer: Any, **more: str) -> dict[str, str]:
    """The names of the files as they are chosen by hand."""
    names = {"service_0": "checkout-api", "flow_0": "", "server_1": "prom", "reason": REASON}
    return {"bundle": bundle_of(answer), **names, **more}


def becomes(answer: Any) -> dict[str, str]:
    """What the page says becomes of each object, by kind and name."""
    rows = re.findall(r"<tr>(.*?)</tr>", main_of(answer), re.DOTALL)
    cells = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    plain = [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in cells]
    head, *found = (row for row in plain if len(row) >= 4)
    assert head[:3] == ["Object", "What becomes of it", "Kind"]
    return {f"{row[2]} {row[0]}": row[1] for row in found}


def test_page__looks_at_a_file_maps_its_names_shows_the_plan_and_drafts(client_as: As) -> None:
    client = client_as("ana")
    assert client.get(IMPORT).status_code == 200
    looked = looked_at(client, TEXT)
    assert becomes(looked) == {
        "SLO checkout": "Would be proposed", "SLI checkout-good": "Used", "DataSource prom": "Used",
    }  # fmt: skip
    sent = mapped(looked)
    shown = client.post(IMPORT, {**sent, "act": "preview"})
    assert shown.status_code == 200
    assert becomes(shown) == {
        "SLO checkout": "Would be new", "SLI checkout-good": "Would be new", "DataSource prom": "Used",
    }  # fmt: skip
    assert "One proposal would be drafted for Checkout (SLI checkout-good, SLO checkout)." in words_of(shown)
    assert "Service shop checkout-api" in words_of(shown)
    assert not Proposal.objects.exists()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', main_of(shown)))
    carried = {name: unescape(value) for name, value in hidden.items() if name != "csrfmiddlewaretoken"}
    assert carried.keys() >= sent.keys() - {"flow_0"}
    back = client.post(IMPORT, {**carried, "act": "map"})
    assert '<option value="checkout-api" selected>' in main_of(back)
    assert not Proposal.objects.exists()
    done = client.post(IMPORT, {**carried, "act": "apply"}, follow=True)
    assert "Drafted P-1. Read each, then submit it." in words_of(done)
    assert Proposal.objects.get().items.count() == 2
    for act in ("preview", "apply"):
        unmapped = client.post(IMPORT, {**sent, "service_0": "", "act": act})
        assert unmapped.status_code == 422
        assert "Service shop is: choose one." in words_of(unmapped)


def test_page__without_a_button_shows_the_plan_and_drafts_nothing(client_as: As) -> None:
    client = client_as("ana")
    assert "Draft the proposals" in words_of(client.post(IMPORT, mapped(looked_at(client, TEXT))))
    assert not Proposal.objects.exists()


def test_page__without_a_server_says_who_registers_one(client_as: As) -> None:
    MonitoringSource.objects.all().delete()
    assert "No server is registered yet. An administrator does so" in words_of(looked_at(client_as("ana"), TEXT))


def test_page__references_hold_across_files_of_one_name(client_as: As) -> None:
    client = client_as("ana")
    alone = looked_at(client, SLO)
    assert "No file holds an SLI named" in words_of(alone)
    looked = looked_at(client, SLO, SLI, SOURCE)
    assert looked.status_code == 200
    assert "checkout-good Used SLI slo.yaml (2)" in words_of(looked)
    client.post(IMPORT, {**mapped(looked), "act": "apply"})
    assert Proposal.objects.get().items.count() == 2
    large = looked_at(client, f"#{'x' * 600_000}", f"#{'x' * 600_000}")
    assert large.status_code == 422
    assert "larger than 1 MiB" in words_of(large)


def test_page__the_plan_says_what_stands_already_and_what_would_change(
    client_as: As, organisation: Organisation
) -> None:
    promised(organisation)
    text = client_as("fay").get("/objectives/checkout-success/openslo/").content.decode()
    client = client_as("ana")
    same = {"service_0": "checkout-api", "flow_0": "", "reason": REASON}
    with clock.playing(clock.now() + timedelta(days=2)):
        shown = client.post(IMPORT, {**same, "bundle": bundle_of(looked_at(client, text)), "act": "preview"})
        assert "All of it is in force already, so there is nothing to propose." in words_of(shown)
        assert "Draft the proposals" not in words_of(shown)
        assert set(becomes(shown).values()) == {"Stands already", "Used"}
        stricter = text.replace("target: 0.997", "target: 0.999")
        assert stricter != text
        shown = client.post(IMPORT, {**same, "bundle": bundle_of(looked_at(client, stricter)), "act": "preview"})
    assert becomes(shown)["SLO checkout-success"] == "Would change"
    assert "Stands already" in becomes(shown).values()


def test_page__a_plan_that_cannot_be_keeps_what_was_chosen(client_as: As) -> None:
    client = client_as("ana")
    sent = mapped(looked_at(client, TEXT.replace("name: checkout,", "name: Check_Out,")))
    refused = client.post(IMPORT, {**sent, "act": "preview"})
    assert refused.status_code == 422
    assert '<option value="checkout-api" selected>' in main_of(refused)
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("key", ["token", "clientsecret", "privatekey", "pwd", "bearer"])
def test_page__secrets_are_refused_and_never_shown_again(client_as: As, key: str) -> None:
    client = client_as("ana")
    secret = TEXT.replace("{type: Prometheus}", f"{{type: Prometheus, {key}: {CANARY}}}")
    refused = looked_at(client, secret)
    assert refused.status_code == 422
    assert f"/0/spec/{key}: Secrets are not taken in." in words_of(refused)
    forged = client.post(IMPORT, {"bundle": json.dumps({"a": secret})})
    assert forged.status_code == 422
    assert CANARY not in refused.content.decode() + forged.content.decode()


def test_page__carries_what_was_read_and_no_comment(client_as: As) -> None:
    looked = looked_at(client_as("ana"), f"# the old password was {CANARY}\n{TEXT}")
    assert looked.status_code == 200
    assert "checkout-good" in bundle_of(looked)
    assert CANARY not in looked.content.decode()


def test_page__refusals(client_as: As) -> None:
    client = client_as("ana")
    wrong = looked_at(client, TEXT.replace("4w", "1m"))
    assert wrong.status_code == 422
    assert "Refused" in words_of(wrong)
    assert "/2/spec/timeWindow" in words_of(wrong)
    again = client.post(IMPORT, {"bundle": f'{{"a": "{CANARY}: x"}}'})
    assert again.status_code == 422
    assert client.post(IMPORT, {}).status_code == 422
    assert client.post(IMPORT, {"bundle": "no"}).status_code == 422
    assert client_as("fay").get(IMPORT).status_code == 403


def test_openslo__page_and_rest_answer_alike(client_as: As, api_client_as: ApiAs, organisation: Organisation) -> None:
    promised(organisation)
    page = client_as("fay").get("/objectives/checkout-success/openslo/")
    rest = api_client_as("read").get("/api/v1/objectives/checkout-success/openslo/")
    assert page.content == rest.content
    kinds = [one["kind"] for one in yaml.safe_load_all(rest.content)]
    assert kinds == ["Service", "SLI", "SLO"]
    assert rest["Content-Type"].startswith("application/yaml")
    assert "attachment" in page["Content-Disposition"]
    assert client_as("fay").get("/objectives/nothing/openslo/").status_code == 404
    assert api_client_as("read").get("/api/v1/objectives/nothing/openslo/").status_code == 404
    assert api_client_as("read").get("/api/v1/objectives/checkout-success/openslo/?x=1").status_code == 400


def test_openslo__a_full_target_is_refused_by_name(api_client_as: ApiAs, organisation: Organisation) -> None:
    promised(organisation, promise={"target": "1"})
    answer = api_client_as("read").get("/api/v1/objectives/checkout-success/openslo/")
    assert answer.status_code == 409
    assert b"checkout-success: OpenSLO has no target of 100" in answer.content


def test_rules__thresholds_are_exact(client_as: As, api_client_as: ApiAs, organisation: Organisation) -> None:
    promised(organisation, spec=PULL)
    answer = api_client_as("read").get("/api/v1/objectives/checkout-success/rules/")
    assert answer.content == client_as("fay").get("/objectives/checkout-success/rules/").content
    assert b">= 0.04032" in answer.content  # 13.44 x 0.003
    assert "Rules for Prometheus" in words_of(client_as("fay").get("/objectives/checkout-success/versions/"))
    assert b"/objectives/checkout-success/" in answer.content


def test_rules__say_why_there_are_none(client_as: As, organisation: Organisation) -> None:
    promised(organisation)
    assert "Rules for Prometheus" not in words_of(client_as("fay").get("/objectives/checkout-success/versions/"))
    answer = client_as("fay").get("/objectives/checkout-success/rules/")
    assert answer.status_code == 409
    assert "Rules need the queries of an indicator that is pulled." in words_of(answer)
