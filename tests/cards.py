"""Cards and reviews to test with: definitions and templates in force, measurements as the engine stores them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.accounts.domain import SYSTEM, Principal
from apps.accounts.models import User
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import Period, parse_period
from apps.delivery.facts import DEPLOYMENTS
from apps.governance.domain.kinds import Item
from apps.measurements.domain.intervals import wilson
from apps.measurements.domain.subjects import PER_LINK, SubjectKind
from apps.measurements.models import ComputeRun, MetricValue
from apps.metrics import queries as metrics
from apps.metrics.domain import starter
from apps.metrics.domain.targets import Baseline
from apps.metrics.models import Target
from apps.reviews import operations as reviews
from apps.reviews.domain.content import Choice
from apps.reviews.domain.seats import SeatRole
from apps.reviews.models import TargetReview
from apps.scorecards import operations as scorecards
from apps.scorecards.models import TemplateVersion
from apps.services import operations as services
from apps.teams.models import Team
from tests.agreeing import adopt_kit, adopt_template_kits, agree, newest_target, starter_item, target_item
from tests.laid_again import laid_again
from tests.personas import Organisation, principal_of

QUARTER = parse_period("2026-Q2")
# 05:00 in Berlin on the 4th day of the quarter after it.
FREEZES_AT = datetime(2026, 7, 4, 3, tzinfo=UTC)
ADOPTED_AT = datetime(2024, 2, 1, 12, tzinfo=UTC)
STARTERS = (
    starter.DEPLOYMENT_FREQUENCY, starter.CHANGE_LEAD_TIME, starter.CHANGE_FAILURE_RATE, starter.RECOVERY_TIME,
)  # fmt: skip
HOUR = 3600.0


@dataclass
class House:
    """An organisation with definitions and templates in force, and a pen for stored values."""

    organisation: Organisation
    run: ComputeRun

    @property
    def team(self) -> Team:
        """Checkout, a product team with tech lead, product manager and engineering manager."""
        return self.organisation.checkout

    def put(
        self, slug: str, period: Period, *, part: str = "whole", team: Team | None = None, version_number: int = 1,
        **values: Any,
    ) -> None:  # fmt: skip
        """Store one measurement of the team as the engine would."""
        version = metrics.get_version(metrics.get_definition(slug), version_number)
        shared = {"numerator": 0, "denominator": 0, "n": 0, "services_owned": 2, "services_connected": 2}
        MetricValue.objects.create(
            version=version, subject_kind=SubjectKind.TEAM.value, subject_id=(team or self.team).pk, part=part,
            grain=period.grain.value, end_on=period.end_on, final_at=FREEZES_AT, run=self.run, **{**shared, **values},
        )  # fmt: skip

    def put_share(self, period: Period, failed: int, of: int, **more: Any) -> None:
        """Store a change failure rate with its Wilson interval."""
        low, high = wilson(failed, of)
        found = {"numerator": failed, "denominator": of, "n": of, "value": failed / of, "lower": low, "upper": high}
        self.put("change-failure-rate", period, **found, **more)

    def adopt_second(self, slug: str, effective_from: date) -> None:
        """A second version that counts differently: only deployments that somebody planned."""
        first = next(version for version in STARTERS if version.slug == slug)
        spec = json.loads(json.dumps(first.spec))
        spec["of"]["where"] = ["production", ["intent", "in", ["planned"]]]
        agree(
            starter_item(first, self.team, spec=spec), author=self.organisation.people["ana"], on=effective_from,
            reason="Hotfixes count apart, so that planned work is seen.",
        )  # fmt: skip

    def copy_target(self, slug: str, quarter: str, *, version_number: int) -> None:
        """A target of another quarter and version with the bounds of the one agreed on."""
        target = Target.objects.get(definition__slug=slug, quarter="2026-Q2")
        target.pk, target.quarter, target.version_number = None, quarter, version_number
        target._state.adding = True
        with writing(Target):
            target.save()

    def put_lead_time(self, period: Period, hours: float, low: float, high: float, n: int = 390, of: int = 34) -> None:
        """Store a median lead time over changes, and over the deployments that carried them."""
        found = {"value": hours * HOUR, "lower": low * HOUR, "upper": high * HOUR, "spread": 0.1}
        self.put("change-lead-time", period, n=n, denominator=n, clusters=of, **found)
        self.put("change-lead-time", period, part=PER_LINK, n=of, denominator=of, **found)

    def set_target(
        self, slug: str, value: str, *, quarter: str = "2026-Q2", agreed: date = date(2026, 4, 10)
    ) -> Target:
        """Agree on a target on a day, from a baseline in the first quarter."""
        self.set_targets({slug: value}, quarter=quarter, agreed=agreed)
        return newest_target(slug, self.team, quarter)

    def set_targets(
        self, values: dict[str, str], *, quarter: str = "2026-Q2", agreed: date = date(2026, 4, 10)
    ) -> None:
        """Agree on several targets in one proposal of the tech lead."""
        items = [self._target_item(slug, value, quarter) for slug, value in values.items()]
        at = datetime(agreed.year, agreed.month, agreed.day, 9, tzinfo=UTC)
        agree(*items, author=self.organisation.people["ana"], at=at)

    def _target_item(self, slug: str, value: str, quarter: str) -> Item:
        baseline = Baseline("2026-Q1", float(value) * 1.2, 100, 1, float(value) * 1.1, float(value) * 1.3)
        reason = "Agreed in the team's meeting."
        return target_item(slug, self.team, quarter, value, baseline=baseline, reason=reason)

    def hear(self, at: datetime, team: Team | None = None) -> None:
        """Every source of the team's services was heard at an instant."""
        owned = {
            self.organisation.checkout: ("checkout_api", "checkout_web"),
            self.organisation.harbour: ("harbour_cluster",),
        }
        for name in owned[team or self.team]:
            for source in ("deployments", "changes", "remediations"):
                services.hear(
                    source=source, service_id=getattr(self.organisation, name).pk, channel="ci", at=at,
                    connected_from=datetime(2024, 1, 1, tzinfo=UTC),
                )  # fmt: skip


def adopt_templates(organisation: Organisation, effective_from: date = date(2024, 2, 5)) -> list[TemplateVersion]:
    """The starter kits' templates, adopted by the steward."""
    return adopt_template_kits(organisation.people["gus"], effective_from)


@pytest.fixture
def house(organisation: Organisation) -> House:
    """Definitions and templates in force since February 2024; no value stored yet."""
    with clock.playing(ADOPTED_AT):
        return House(organisation, laid_again("house", lambda: _agree(organisation)))


def _agree(organisation: Organisation) -> ComputeRun:
    items = [starter_item(version, organisation.checkout) for version in STARTERS]
    adopt_kit(*items, steward=organisation.people["gus"])
    adopt_templates(organisation)
    return ComputeRun.objects.create(watermark={}, as_of=FREEZES_AT, computed_at=FREEZES_AT, engine=1)


@pytest.fixture
def measured(house: House) -> House:
    """Checkout's second quarter of 2026: 33 of 150 failed, lead time 31.5 h, recovery 84 min; two have targets."""
    laid_again("measured", lambda: _measure(house))
    return house


def _measure(house: House) -> None:
    house.hear(FREEZES_AT)
    house.put_share(QUARTER, 33, 150)
    house.put_lead_time(QUARTER, 31.5, 27, 36)
    house.put(
        "failed-deployment-recovery-time",
        QUARTER,
        n=33,
        denominator=33,
        value=84 * 60.0,
        lower=60 * 60.0,
        upper=110 * 60.0,
    )
    house.put("deployment-frequency", QUARTER, n=150, numerator=150, value=11.5, lower=9.8, upper=13.5)
    house.set_targets({"change-failure-rate": "0.187", "change-lead-time": str(int(40 * HOUR))})


@pytest.fixture
def at_freezing() -> Iterator[datetime]:
    """Both clocks stand at the hour at which the quarter's cards are frozen."""
    with clock.playing(FREEZES_AT):
        yield FREEZES_AT


def weeks_before(period: Period, count: int) -> list[Period]:
    """The newest `count` ISO weeks that ended by the end of a period, oldest first."""
    monday = period.end_on - timedelta(days=period.end_on.weekday())
    newest = parse_period(
        f"{(monday - timedelta(days=7)).isocalendar()[0]}-W{(monday - timedelta(days=7)).isocalendar()[1]:02d}"
    )
    return [newest.previous(steps) for steps in range(count - 1, -1, -1)]


@pytest.fixture
def generated(measured: House, at_freezing: datetime) -> TargetReview:
    """Checkout's review of 2026-Q2, generated from its card; the clock stands there."""
    return laid_again("generated", lambda: _generate(measured.team))


def _generate(team: Team) -> TargetReview:
    scorecards.freeze_card(team=team, period=QUARTER, by=SYSTEM)
    return reviews.generate_review(team=team, quarter=QUARTER, by=SYSTEM)


@pytest.fixture
def discussed(measured: House, generated: TargetReview) -> TargetReview:
    """The same review, opened by the tech lead."""
    return reviews.open_review(review=generated, by=principal_of(measured.organisation.people["ana"]))


def answer_all(review: TargetReview, by: Principal, choice: Choice = Choice.ACCEPT) -> TargetReview:
    """Give every drafted target the same answer."""
    for row in review.content["next"]:
        if row["answer"] == "open":
            review = reviews.edit_draft(
                review=review, definition=row["definition"], choice=choice, content_sha256=review.content_sha256, by=by
            )
    return review


def sign_as(review: TargetReview, role: str, user: User) -> TargetReview:
    """Sign the present content."""
    review.refresh_from_db()
    return reviews.sign_review(
        review=review, role=SeatRole(role), content_sha256=review.content_sha256, by=principal_of(user)
    )


def close(review: TargetReview, people: dict[str, User]) -> TargetReview:
    """Accept every draft and sign for all three roles."""
    review.refresh_from_db()
    answer_all(review, principal_of(people["ana"]))
    for role, name in (("tech_lead", "ana"), ("engineering_manager", "cy"), ("leadership", "fay")):
        review = sign_as(review, role, people[name])
    return review


def rows_of(review: TargetReview) -> dict[str, dict[str, Any]]:
    """Section B by definition."""
    return {row["definition"]: row for row in review.content["rows"]}


def drafts_of(review: TargetReview) -> dict[str, dict[str, Any]]:
    """Section F by definition."""
    return {row["definition"]: row for row in review.content["next"]}


def send_late_fact(house: House) -> None:
    """A deployment of June arrives after the quarter's card was frozen."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    rows = [{"key": "late", "service": house.organisation.checkout_api.pk, "finished_at": at}]
    services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)
