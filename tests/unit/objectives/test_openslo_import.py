"""OpenSLO taken over: proposals as a whole or not at all, names mapped, nothing kept; and the way back."""

import logging
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Invalid
from apps.governance.models import Proposal, ProposalRevision
from apps.governance.tasks import run_previews
from apps.objectives.exporting import agreed_on, openslo_of
from apps.objectives.models import MonitoringSource, Objective
from apps.objectives.operations.importing_openslo import NameMap, apply_import, plan_import
from tests.agreeing import REASON, move, sign_all, submit
from tests.personas import Organisation, principal_of
from tests.promising import make_flow, newest_indicator, newest_promise, promised
from tests.unit.objectives.test_openslo import CANARY, SLI, SLO, SOURCE

FILES = {"slo.yaml": f"{SOURCE}---{SLI}---{SLO}".encode()}
NAMES = NameMap({"shop": ("checkout-api", "")}, {"prom": "prom"})
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _server(organisation: Organisation) -> None:
    MonitoringSource.objects.create(
        slug="prom", name="Prometheus", base_url="https://prom.example.org", registered_at=clock.now(),
        registered_by=organisation.people["hal"],
    )  # fmt: skip


def imported(organisation: Organisation, files: dict[str, bytes] | None = None, names: NameMap = NAMES):
    by = principal_of(organisation.people["ana"], clock.now())
    return apply_import(files=files or FILES, mapping=names, reason=REASON, by=by)


def put_in_force(organisation: Organisation, proposal: Proposal) -> None:
    run_previews()
    proposal.refresh_from_db()
    move(sign_all(submit(proposal, organisation.people["ana"])))


def test_apply__proposes_sli_and_slo_together_and_pulls_nothing_yet(organisation: Organisation) -> None:
    (proposal,) = imported(organisation)
    assert [(item.kind, item.key) for item in proposal.items.order_by("pk")] == [
        ("sli", "checkout-good"), ("slo", "checkout"),
    ]  # fmt: skip
    assert proposal.owner_team == organisation.checkout
    put_in_force(organisation, proposal)
    assert str(newest_promise("checkout").target.normalize()) == "0.997"
    assert newest_indicator("checkout-good").source == "pull"
    assert not hasattr(newest_indicator("checkout-good").indicator, "read")


def test_apply__an_equal_object_proposes_nothing(organisation: Organisation) -> None:
    put_in_force(organisation, imported(organisation)[0])
    assert imported(organisation) == []
    plan = plan_import(FILES, NAMES)
    assert (plan.count, sorted(plan.unchanged)) == (0, ["checkout", "checkout-good"])
    stricter = {"slo.yaml": FILES["slo.yaml"].replace(b"0.99700", b"0.999")}
    (proposal,) = imported(organisation, stricter)
    assert [(item.kind, item.op) for item in proposal.items.all()] == [("slo", "change")]


def test_apply__one_refused_object_applies_nothing(organisation: Organisation) -> None:
    two = FILES | {"bad.yaml": SLO.replace("name: checkout,", "name: other,").replace("0.99700", "1.5").encode()}
    with pytest.raises(Invalid, match="nothing is proposed"):
        imported(organisation, two)
    assert not Proposal.objects.exists()


def test_names__have_to_be_mapped(organisation: Organisation) -> None:
    plan = plan_import(FILES, NameMap())
    assert {one.pointer for one in plan.problems} == {"/services/shop"}
    with pytest.raises(Invalid, match="not mapped yet"):
        imported(organisation, names=NameMap({"shop": ("checkout-api", "nowhere")}, {"prom": "gone"}))
    assert not Proposal.objects.exists()


def test_names__a_service_may_be_a_flow_whose_product_manager_signs(organisation: Organisation) -> None:
    make_flow(organisation.checkout)
    (proposal,) = imported(organisation, names=NameMap({"shop": ("checkout-api", "checkout")}, {"prom": "prom"}))
    needs = {role for item in proposal.items.all() for need in item.needs for role in need["roles"]}
    assert needs == {"tech_lead", "product_manager"}


def test_secrets__are_refused_and_nowhere_kept(organisation: Organisation, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    planted = SOURCE.replace("{type: Prometheus}", f"{{type: Prometheus, connectionDetails: {{token: {CANARY}}}}}")
    files = {"slo.yaml": f"{planted}---{SLI}---{SLO}".encode()}
    with pytest.raises(Invalid) as refused:
        imported(organisation, files)
    kept = [*ProposalRevision.objects.values_list("text"), *AuditEvent.objects.values_list("payload_text")]
    assert CANARY not in str(kept) + caplog.text + str(refused.value.errors)


def test_export__imported_again_proposes_nothing(organisation: Organisation) -> None:
    promised(organisation, promise={"method": "time_slices", "slice_target": "0.95", "window": {"calendar": "month"}})
    put_in_force(organisation, imported(organisation)[0])
    with clock.playing(clock.now() + timedelta(days=2)):
        text = openslo_of([agreed_on("checkout-success"), agreed_on("checkout")])
        plan = plan_import({"back.yaml": text.encode()}, NameMap({}, {"prom": "prom"}))
    assert (plan.is_applicable, plan.count, plan.problems) == (True, 0, [])
    assert len(plan.unchanged) == 4


def test_command__looks_and_applies(organisation: Organisation, tmp_path: Path) -> None:
    file = tmp_path / "slo.yaml"
    file.write_bytes(FILES["slo.yaml"])
    said = StringIO()
    options = ["--by", "ana@example.org", "--service", "shop=checkout-api", "--server", "prom=prom"]
    call_command("import_openslo", str(file), *options, stdout=said)
    assert "SLO checkout: mapped" in said.getvalue()
    assert "2 would be proposed, 0 stand already. Add --apply." in said.getvalue()
    assert not Proposal.objects.exists()
    call_command("import_openslo", str(file), *options, "--apply", "--reason", REASON, stdout=said)
    assert "Drafted P-1." in said.getvalue()
    with pytest.raises(CommandError, match="not mapped"):
        call_command("import_openslo", str(file), "--by", "ana@example.org", stdout=said)
    with pytest.raises(CommandError, match="as NAME=VALUE"):
        call_command("import_openslo", str(file), "--by", "x", "--service", "shop", stdout=said)
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_openslo", "nothing.yaml", "--by", "x", stdout=said)
    assert not Objective.objects.exists()


def _many(count: int) -> bytes:
    slos = (SLO.replace("name: checkout,", f"name: checkout-{n},") for n in range(count))
    return "---".join([SOURCE, SLI, *slos]).encode()


def test_import__asks_as_often_for_many_objects_as_for_two(organisation: Organisation) -> None:
    def asked(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            plan = plan_import({"slo.yaml": _many(count)}, NAMES)
        assert [len(items) for items in plan.items.values()] == [1 + count]
        return len(queries)

    assert asked(20) == asked(2) <= 10


def test_import__drafts_read_each_name_once(organisation: Organisation) -> None:
    def asked(count: int) -> list[str]:
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            imported(organisation, {"slo.yaml": _many(count)})
            transaction.set_rollback(True)
        names = ("objectives_indicator", "objectives_objective", "services_service", "services_criticalflow")
        return [one["sql"] for one in queries if any(f'FROM "{name}' in one["sql"] for name in names)]

    assert len(asked(12)) == len(asked(2))


def test_import__again_finds_what_stands_and_reads_its_versions_once(organisation: Organisation) -> None:
    files = {"slo.yaml": _many(6)}
    put_in_force(organisation, imported(organisation, files)[0])
    with CaptureQueriesContext(connection) as queries:
        plan = plan_import(files, NAMES)
    assert [plan.count, len(plan.unchanged)] == [0, 7]
    assert len(queries) <= 10
