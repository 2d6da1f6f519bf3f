"""A key planted in OpenSLO files: in no answered page, table, dump or log line, and in nothing that is given away."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from apps.core import clock
from apps.core.problems import Invalid
from apps.governance.models import Proposal
from apps.objectives.models import MonitoringSource
from apps.objectives.operations.importing_openslo import NameMap, apply_import
from tests.agreeing import REASON
from tests.personas import Organisation, principal_of
from tests.promising import promised
from tests.unit.objectives.test_openslo import CANARY, SLI, SLO, SOURCE
from tests.web.objectives.test_openslo_pages import IMPORT, TEXT, looked_at, mapped

As = Callable[..., Client]
ApiAs = Callable[..., APIClient]
PLACES = {
    "spec": ("{type: Prometheus}", "{type: Prometheus, clientsecret: %s}"),
    "connection": ("{type: Prometheus}", "{type: Prometheus, connectionDetails: {url: %s}}"),
    "source": ("spec: {query: 'sum", "spec: {accesstoken: %s, query: 'sum"),
    "annotation": ("name: checkout,", "name: checkout, annotations: {vendor.io/privatekey: %s},"),
    "deep": ("isRolling: true", "isRolling: true, more: [{even: {more: {x-bearer: %s}}}]"),
    "top": ("kind: SLI", "kind: SLI\npwd: %s"),
}
pytestmark = pytest.mark.django_db


def stored() -> Iterator[tuple[str, str]]:
    """Every row of every table as the database holds it."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            yield from ((table, repr([_plain(value) for value in row])) for row in cursor.fetchall())


def _plain(value: object) -> object:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else value


def given_away(client_as: As, api_client_as: ApiAs, tmp_path: Path) -> Iterator[str]:
    """Whatever leaves the portal: OpenSLO, answers of REST, pages of the proposal, the audit chain, and a dump."""
    api = api_client_as("read")
    one = "objectives/checkout-success/openslo"
    rest = ("objectives", "indicators", "monitoring-sources", "proposals", "proposals/2", one)
    pages = ("/proposals/", "/proposals/1/", "/objectives/", "/objectives/checkout-success/openslo/")
    asked = [(api, f"/api/v1/{path}/") for path in rest] + [(client_as("ana"), path) for path in pages]
    for client, path in asked:
        answer = client.get(path)
        assert answer.status_code == 200, path
        yield answer.content.decode()
    call_command("audit_export", str(tmp_path / "chain"), stdout=StringIO())
    yield (tmp_path / "chain").read_text()
    dump = StringIO()
    call_command("dumpdata", stdout=dump, verbosity=0)
    yield dump.getvalue()


@pytest.fixture(autouse=True)
def _server(organisation: Organisation) -> None:
    MonitoringSource.objects.create(
        slug="prom", name="Prometheus", base_url="https://prom.example.org", registered_at=clock.now(),
        registered_by=organisation.people["hal"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "place", [pytest.param(place, marks=[pytest.mark.sql] if place == "connection" else []) for place in PLACES]
)
def test_planted__is_in_no_page_table_log_dump_or_export(
    place: str, organisation: Organisation, client_as: As, api_client_as: ApiAs, tmp_path: Path,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    old, new = PLACES[place]
    planted = TEXT.replace(old, new % CANARY)
    assert CANARY in planted
    client, said = client_as("ana"), StringIO()
    answers = [looked_at(client, planted), looked_at(client, planted, "kind: Other")]
    answers += [
        client.post(IMPORT, {"bundle": json.dumps({"a": planted}), "service_0": "checkout-api", "act": act})
        for act in ("map", "preview", "apply")
    ]
    assert {answer.status_code for answer in answers} == {422}
    by, names = principal_of(organisation.people["ana"], clock.now()), NameMap({"shop": ("checkout-api", "")})
    with pytest.raises(Invalid) as refused:
        apply_import(files={"a": planted.encode()}, mapping=names, reason=REASON, by=by)
    file = tmp_path / "slo.yaml"
    file.write_text(planted)
    with pytest.raises(CommandError) as stopped:
        call_command("import_openslo", str(file), "--by", "ana@example.org", stdout=said, stderr=said)
    # The same file without the key is taken over, so that there is something to be given away.
    client.post(IMPORT, {**mapped(looked_at(client, TEXT)), "act": "apply"})
    assert Proposal.objects.count() == 1
    promised(organisation)
    shown = [answer.content.decode() for answer in answers]
    captured = capfd.readouterr()
    heard = [caplog.text, said.getvalue(), captured.out, captured.err, str(stopped.value), repr(refused.value.errors)]
    assert [text for text in (*shown, *heard) if CANARY in text] == []
    assert [table for table, row in stored() if CANARY in row] == []
    assert [text[:80] for text in given_away(client_as, api_client_as, tmp_path) if CANARY in text] == []


def test_search__finds_what_is_stored(organisation: Organisation, client_as: As) -> None:
    """The search above is no blind one: a plain word of a file that was taken over is found."""
    client = client_as("ana")
    client.post(IMPORT, {**mapped(looked_at(client, TEXT)), "act": "apply"})
    assert {table for table, row in stored() if "http_requests_total" in row} >= {"governance_proposalrevision"}


def test_planted__in_a_file_among_good_ones_shows_none_of_it(client_as: As) -> None:
    planted = SOURCE.replace("{type: Prometheus}", f"{{type: Prometheus, apikey: {CANARY}}}").encode()
    files = [SimpleUploadedFile("a.yaml", f"{SLO}---{SLI}".encode()), SimpleUploadedFile("b.yaml", planted)]
    answer = client_as("ana").post(IMPORT, {"file": files})
    assert answer.status_code == 422
    assert CANARY not in answer.content.decode()
    assert 'name="bundle"' not in answer.content.decode()
