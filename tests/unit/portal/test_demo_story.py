"""The loaded demonstration: its numbers are those of the plain computation, its chain holds, no person is in it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.domain import SYSTEM
from apps.accounts.models import User
from apps.annotations.models import Annotation
from apps.audit import queries as audit
from apps.audit.models import AuditEvent
from apps.core import clock, fact_sources
from apps.core.periods import parse_period
from apps.delivery.models import Change, Deployment, Remediation
from apps.integrations.models import ImportRun
from apps.measurements import queries as measurements
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.models import ClosedPeriod, MetricValue, RecomputeRequest
from apps.metrics.models import DefinitionVersion, Target
from apps.notifications.models import Mail, Notification
from apps.portal.demo import marks, organisation
from apps.reviews.models import TargetReview
from apps.scorecards import queries as scorecards
from apps.scorecards.models import Scorecard
from apps.services.models import Ownership, Service
from apps.teams.models import ApiToken, Team
from tests.golden.pack_reference import QUARTERS_FILE

pytestmark = pytest.mark.sql

RUNNING = "2026-Q3"
TABLES = (
    User, Team, Service, Deployment, Change, Remediation, DefinitionVersion, Target, MetricValue, Scorecard,
    TargetReview, Annotation, AuditEvent, ApiToken, ImportRun,
)  # fmt: skip


@pytest.fixture(scope="module")
def expected():
    return json.loads(QUARTERS_FILE.read_text(encoding="utf-8"))


def subjects():
    """(kind, primary key) by the names the reference uses."""
    found = {("services", s.slug): ("service", s.pk) for s in Service.objects.all()}
    return found | {("teams", t.name): ("team", t.pk) for t in Team.objects.all()}


def stored(slug, *, number=1, part="whole"):
    """Measurements of one version and part by (kind, primary key, period key)."""
    rows = MetricValue.objects.filter(version__definition__slug=slug, version__number=number, part=part)
    return {(row.subject_kind, row.subject_id, row.period.key): row for row in rows.exclude(subject_kind="group")}


def compare(expected, prefix, differences):
    """Every difference between a reference table and what `differences(row, place, period)` finds wrong."""
    places, wrong, count = subjects(), [], 0
    for table in (f"{prefix}services", f"{prefix}teams"):
        for name, rows in expected[table].items():
            place = places[table.removeprefix("trailing_"), name]
            for period, row in rows.items():
                count += 1
                wrong += [(name, period, *found) for found in differences(row, (*place, period))]
    return wrong, count


def cell_of(table, place):
    """The stored cell; a running period in which nothing was heard of a service may have none."""
    if place[2] == RUNNING and place not in table:
        return MetricValue(n=0, numerator=0)
    return table[place]


def pairs_of(row, place, tables):
    frequency, failures, lead_time, per_link, recovery = (cell_of(table, place) for table in tables)
    return {
        "deployments": frequency.n,
        "failed_deployments": failures.numerator,
        "lead_time_n": lead_time.n,
        "lead_time_clusters": lead_time.clusters or 0,
        "lead_time_median_seconds": lead_time.value,
        "per_link_median_seconds": per_link.value,
        "recovery_median_seconds": recovery.value,
    }


@pytest.mark.parametrize("prefix", ["", "trailing_"])
def test_numbers__equal_the_plain_computation(demo, expected, prefix):
    slugs = (
        "deployment-frequency",
        "change-failure-rate",
        "change-lead-time",
        "change-lead-time",
        "failed-deployment-recovery-time",
    )
    parts = ("whole", "whole", "whole", "per_link", "whole")
    tables = [stored(slug, part=part) for slug, part in zip(slugs, parts, strict=True)]

    def differences(row, place):
        found = pairs_of(row, place, tables)
        return [(key, row[key], value) for key, value in found.items() if value != pytest.approx(row[key], abs=1e-6)]

    wrong, count = compare(expected, prefix, differences)
    assert wrong == []
    assert count >= 80


def test_numbers__stages_and_the_second_version_equal_the_plain_computation(demo, expected):
    stages = {stage: stored("change-lead-time", part=stage) for stage in ("branch", "release")}
    from_merge = stored("change-lead-time", number=2)

    def differences(row, place):
        found = {f"{stage}_n": cell_of(table, place).n for stage, table in stages.items()}
        found |= {f"{stage}_median_seconds": cell_of(table, place).value for stage, table in stages.items()}
        found["release_median_seconds"] = cell_of(from_merge, place).value
        return [(key, row[key], value) for key, value in found.items() if value != pytest.approx(row[key], abs=1e-6)]

    wrong, count = compare(expected, "", differences)
    assert wrong == []
    assert count == 20 * 15


def test_services_without_a_failure__read_zero_rather_than_no_data(demo):
    quarter = parse_period("2026-Q1")
    keep = Subject(SubjectKind.SERVICE, Service.objects.get(slug="keep").pk)
    (cell,) = measurements.get_cells([keep], ["change-failure-rate"], [quarter]).values()
    assert (cell.reading.status, cell.reading.value, cell.reading.n) == ("ok", 0.0, 5)


def test_oncall__belongs_to_its_owner_of_the_time(demo):
    rows = Ownership.objects.current().filter(service__slug="oncall").order_by("from_at")
    moved_at = "2025-03-30T22:00:00+00:00"
    assert [(row.team.slug, row.until_at and row.until_at.isoformat()) for row in rows] == [
        ("alerting", moved_at), ("observability", None),
    ]  # fmt: skip


def test_facts__hold_no_person(demo):
    names = [part.lower() for name in organisation.everybody() for part in name.split()]
    for source in fact_sources.sources:
        related = {field.related_model for field in source.model._meta.get_fields() if field.is_relation}
        assert related == ({Service, Team} if source.names_team else {Service})
        texts = {value for row in source.model.objects.values_list("key", "channel") for value in row}
        assert not [text for text in texts if "@" in text or text.lower() in names]


def test_import_reports__name_the_row_that_stands_twice(demo):
    assert "line 19: This row says the same as line 18. Found: 2.30.0, 2.32.0" in demo.printed
    assert sum(ImportRun.objects.values_list("error_count", flat=True)) == 1
    assert (Deployment.objects.count(), Change.objects.count(), Remediation.objects.count()) == (2321, 27299, 39)


def test_repairs_before_their_failure__are_stored_and_count_nothing(demo):
    failures = stored("change-failure-rate")
    for service, key, failed, quarter in (
        ("netbox", "v4.6.0", "v4.5.6", "2026-Q2"),
        ("wagtail", "v7.3", "v7.2", "2026-Q1"),
    ):
        assert Remediation.objects.filter(service__slug=service, failed=key, fixed_by=failed).count() == 1
        assert failures["service", Service.objects.get(slug=service).pk, quarter].numerator == 0


def test_nothing__waits_to_be_computed(demo):
    assert not RecomputeRequest.objects.filter(done_at=None).exists()
    assert not ClosedPeriod.objects.filter(done_at=None).exists()


def test_audit_chain__holds(demo):
    assert audit.find_fault() is None
    assert AuditEvent.objects.filter(action="definition.version_adopted").count() == DefinitionVersion.objects.count()
    assert AuditEvent.objects.filter(action="service.handed_over", subject__endswith=f":{_oncall()}").count() == 2


def _oncall():
    return Service.objects.get(slug="oncall").pk


def test_second_versions__break_the_quarterly_series(demo):
    commerce = Subject(SubjectKind.TEAM, Team.objects.get(slug="commerce").pk)
    for slug in ("change-lead-time", "change-failure-rate"):
        last = parse_period("2026-Q2")
        board = measurements.load_board([commerce], [slug], [last.previous(steps) for steps in range(8)])
        series = board.series(commerce, slug, last, 8)
        assert (series[0].version_number, series[-1].version_number) == (1, 2)


def test_documentation__improved_its_lead_time_in_the_first_quarter(demo):
    card = scorecards.get_card(Team.objects.get(slug="documentation"), "2026-Q1", by=SYSTEM)
    (cell,) = [cell for cell in card.cells.all() if cell.definition == "change-lead-time"]
    assert cell.trend_code == "improved"


def test_second_quarter__is_quiet_everywhere(demo):
    codes = Scorecard.objects.filter(period="2026-Q2").values_list("cells__trend_code", flat=True)
    assert set(codes) == {"no_signal", "not_judged", "no_data"}


def test_reviews__some_are_closed_and_some_wait(demo):
    found = {(r.team.slug, r.quarter): r.state for r in TargetReview.objects.select_related("team")}
    assert {state for (_, quarter), state in found.items() if quarter == "2026-Q2"} == {
        "generated", "in_discussion", "closed",
    }  # fmt: skip
    assert found["commerce", "2026-Q2"] == "in_discussion"
    assert len(found) == 16


def test_closed_reviews__have_three_signers_and_set_targets(demo):
    for review in TargetReview.objects.filter(state="closed"):
        signed = review.signatures.filter(content_sha256=review.content_sha256)
        assert len(set(signed.values_list("signed_by", "role"))) == 3
        assert AuditEvent.objects.filter(payload_text__contains=review.snapshot_sha256).count() == 1
    agreed = Target.objects.filter(proposal__origin="review").values_list("quarter", flat=True)
    assert set(agreed) == {"2026-Q2", "2026-Q3"}


def test_marks__are_written_by_the_team_they_concern(demo):
    assert Annotation.objects.count() == len(marks.MARKS)
    assert not Annotation.objects.filter(created_by=None).exists()


def test_token__is_kept_as_a_digest_only(demo):
    secret = demo.printed.split("shown this once: ")[1].split()[0]
    token = ApiToken.objects.get()
    assert (token.team.slug, token.scopes) == ("commerce", ["push", "read"])
    assert secret not in str(ApiToken.objects.values())


def test_load_demo__a_second_time_changes_nothing(demo):
    before = [table.objects.count() for table in TABLES]
    printed = StringIO()
    call_command("load_demo", stdout=printed)
    assert "nothing was changed" in printed.getvalue()
    assert [table.objects.count() for table in TABLES] == before


def test_summary__names_address_sign_ins_and_every_team(demo, monkeypatch):
    monkeypatch.setenv("PLUMBLINE_ADDRESS", "http://127.0.0.1:8123/")
    printed = StringIO()
    call_command("load_demo", "--summary", stdout=printed)
    text = printed.getvalue()
    assert text in demo.printed.replace("http://127.0.0.1:8000/", "http://127.0.0.1:8123/")
    assert "http://127.0.0.1:8123/" in text
    assert organisation.PASSWORD in text
    names = sorted(team.name for team in organisation.TEAMS)
    lines = [line.split()[0] for line in text.splitlines() if line.split() and line.split()[0] in names]
    assert lines == names
    assert "shown this once" not in text


def test_inboxes__hold_what_the_story_told_and_no_letter_waits(demo):
    kinds = {"signature_needed", "changes_asked", "change_scheduled", "change_in_force", "proposal_blocked",
             "proposal_expiring", "exemption_expiring", "freeze",
             "action_opened", "action_due", "action_done", "action_drop_asked",
             "budget_signature", "budget_trigger", "burn_alert"}  # fmt: skip
    assert set(Notification.objects.values_list("kind", flat=True)) == kinds
    assert Notification.objects.filter(told_at__gt=clock.as_of()).count() == 0
    assert Notification.objects.filter(kind="signature_needed", read_at=None).count() > 0
    assert Mail.objects.count() == 0


def test_printed__every_adopted_sign_in_works(demo, client):
    for _, name in organisation.SIGN_INS:
        assert client.login(username=organisation.mail_of(name), password=organisation.PASSWORD)


@pytest.mark.django_db
def test_load_demo__is_refused_outside_its_settings():
    with pytest.raises(CommandError, match="own settings"):
        call_command("load_demo")


@pytest.mark.django_db
def test_load_demo__is_refused_where_teams_are(settings, organisation):
    settings.PLUMBLINE_DEMO = True
    with pytest.raises(CommandError, match="holds teams already"):
        call_command("load_demo")


@pytest.mark.django_db
def test_summary__of_an_empty_database_says_what_to_do(settings):
    settings.PLUMBLINE_DEMO = True
    with pytest.raises(CommandError, match="holds no demonstration"):
        call_command("load_demo", "--summary")
