"""OpenSLO over pages and REST: taken over by hand, given away, and rules that promtool reads."""

import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
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


def looked_at(client: Client, text: str) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile("slo.yaml", text.encode())})


def test_page__looks_at_a_file_maps_its_names_and_drafts(client_as: As) -> None:
    client = client_as("ana")
    assert client.get(IMPORT).status_code == 200
    looked = looked_at(client, TEXT)
    assert "Would be proposed" in words_of(looked)
    (bundle,) = re.findall(r'name="bundle" value="([^"]*)"', main_of(looked))
    sent = {"bundle": unescape(bundle), "service_0": "checkout-api", "flow_0": "", "server_1": "prom", "reason": REASON}
    done = client.post(IMPORT, sent, follow=True)
    assert "Drafted P-1. Read each, then submit it." in words_of(done)
    assert Proposal.objects.get().items.count() == 2
    unmapped = client.post(IMPORT, {**sent, "service_0": ""})
    assert unmapped.status_code == 422
    assert "Service shop is: choose one." in words_of(unmapped)


def test_page__refusals_and_secrets(client_as: As) -> None:
    client = client_as("ana")
    wrong = looked_at(client, TEXT.replace("4w", "1m"))
    assert wrong.status_code == 422
    assert "Refused" in words_of(wrong)
    assert "/2/spec/timeWindow" in words_of(wrong)
    secret = TEXT.replace("{type: Prometheus}", f"{{type: Prometheus, token: {CANARY}}}")
    refused = looked_at(client, secret)
    assert refused.status_code == 422
    assert CANARY not in refused.content.decode()
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


@pytest.mark.prometheus
def test_rules__promtool_reads_them(client_as: As, organisation: Organisation, tmp_path: Path) -> None:
    promised(organisation, spec=PULL)
    file = tmp_path / "rules.yaml"
    file.write_bytes(client_as("fay").get("/objectives/checkout-success/rules/").content)
    promtool = str(shutil.which("promtool"))
    done = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules__say_why_there_are_none(client_as: As, organisation: Organisation) -> None:
    promised(organisation)
    assert "Rules for Prometheus" not in words_of(client_as("fay").get("/objectives/checkout-success/versions/"))
    answer = client_as("fay").get("/objectives/checkout-success/rules/")
    assert answer.status_code == 409
    assert "Rules need the queries of an indicator that is pulled." in words_of(answer)
