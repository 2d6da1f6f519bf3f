"""A measured organisation of three teams, where each row that only a team may read carries a word of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from apps.accounts.domain import SYSTEM, Scope, TeamRole
from apps.accounts.models import User
from apps.annotations import operations as annotations
from apps.annotations.domain import AnnotationKind
from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import parse_period
from apps.governance.domain.acts import CommentAct
from apps.governance.domain.kinds import Item, Op
from apps.governance.models import Comment, Exemption, FreezeWindow, Proposal
from apps.governance.operations.discussing import write_comment
from apps.integrations import operations as integrations
from apps.integrations.domain.csv_columns import CsvKind
from apps.measurements import operations as measurements
from apps.metrics import operations as metrics
from apps.metrics.domain.starter import STARTER
from apps.metrics.domain.targets import Baseline
from apps.metrics.models import Target
from apps.reviews import operations as reviews
from apps.reviews.domain.content import Choice
from apps.reviews.models import TargetReview
from apps.scorecards import operations as scorecards
from apps.services import operations as services
from apps.services.models import Service
from apps.teams import operations as teams
from apps.teams.domain import TeamType
from apps.teams.models import Group, Team
from tests.agreeing import (
    REASON,
    adopt_template_kits,
    agree,
    draft,
    newest_target,
    starter_item,
    submit,
    target_item,
)
from tests.architecture.happened import happen_in
from tests.architecture.met import meet_in
from tests.architecture.promised import promise_in
from tests.architecture.spent import spend_in
from tests.architecture.words import own_words
from tests.personas import (
    BEGAN_AT,
    Organisation,
    make_organisation,
    make_person,
    make_service,
    make_team,
    principal_of,
)

MONDAY = datetime(2026, 8, 24, 10, tzinfo=UTC)
QUARTER = parse_period("2026-Q2")
WEEKS = 34
LEAD_HOURS = (20, 26, 31, 18, 24, 40, 22)


@dataclass
class Place:
    """A team, its people who write, and the keys of its rows by their names in access_matrix.toml."""

    team: Team
    service: Service
    writer: str
    seat: str
    keys: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Checkout and Harbour of the group Shop, Quay of the group Docks; people beyond the personas; token secrets."""

    organisation: Organisation
    places: dict[str, Place]
    secrets: dict[str, str]
    keys: dict[str, Any] = field(default_factory=dict)

    def keys_of(self, slug: str) -> dict[str, Any]:
        """Everything a path of that team's objects may name."""
        place = self.places[slug]
        return {"team": slug, "service": place.service.slug, **self.keys, **place.keys}


def build_world() -> World:
    """Everything, made by the operations themselves; the clock must stand at `MONDAY`."""
    organisation = make_organisation()
    world = World(organisation, _places(organisation), dict(organisation.secrets))
    _add_people(world)
    _add_tokens(world)
    world.keys = _agree(organisation)
    for index, place in enumerate(world.places.values()):
        _deliver(place.service, seed=index)
    measurements.rebuild()
    for place in world.places.values():
        _write_rows(world, place)
    world.keys["change"] = _propose_change(organisation).number
    return world


def _places(organisation: Organisation) -> dict[str, Place]:
    docks = Group.objects.create(slug="docks", name="Docks")
    quay = make_team("quay", "Quay", TeamType.MIXED, docks)
    lead = make_person("kim", "Kim Lade")
    organisation.people["kim"] = lead
    teams.add_member(user=lead, team=quay, role=TeamRole.TECH_LEAD, from_at=BEGAN_AT, by=SYSTEM)
    quay_crane = make_service("quay-crane", "Quay crane", quay)
    return {
        "checkout": Place(organisation.checkout, organisation.checkout_api, writer="dee", seat="ana"),
        "harbour": Place(organisation.harbour, organisation.harbour_cluster, writer="eli", seat="gus"),
        "quay": Place(quay, quay_crane, writer="kim", seat="kim"),
    }


def _add_people(world: World) -> None:
    """A leader of Checkout's group, somebody who may open Django's admin, somebody about to be disabled."""
    people, organisation = world.organisation.people, world.organisation
    people["gil"] = make_person("gil", "Gil Berg")
    teams.add_member(
        user=people["gil"], group=organisation.group, role=TeamRole.LEADERSHIP, from_at=BEGAN_AT, by=SYSTEM
    )
    people["sol"] = make_person("sol", "Sol Aster")
    people["sol"].is_staff = people["sol"].is_superuser = True
    people["sol"].save()
    people["pat"] = make_person("pat", "Pat Gone")
    teams.add_member(
        user=people["pat"], team=organisation.checkout, role=TeamRole.ENGINEERING_MANAGER, from_at=BEGAN_AT, by=SYSTEM
    )


def _add_tokens(world: World) -> None:
    by, checkout, harbour = principal_of(world.organisation.people["hal"]), *_two_teams(world)
    wanted = {"harbour_read": (harbour, Scope.READ), "propose": (checkout, Scope.PROPOSE)}
    for key, (team, scope) in wanted.items():
        _, world.secrets[key] = teams.create_token(
            name=f"CI {key}", team=team, scopes=frozenset({scope}), days=365, by=by
        )
    with clock.playing(MONDAY - timedelta(days=30)):
        everything = frozenset({Scope.PUSH, Scope.READ})
        _, world.secrets["expired"] = teams.create_token(
            name="CI expired", team=checkout, scopes=everything, days=7, by=by
        )


def _two_teams(world: World) -> tuple[Team, Team]:
    return world.organisation.checkout, world.organisation.harbour


def _agree(organisation: Organisation) -> dict[str, Any]:
    """Definitions in force, one of them in a second version; templates; keys of what all may read."""
    steward = principal_of(organisation.people["gus"])
    metrics.adopt_starter(owner_team=organisation.harbour, by=steward)
    _adopt_second(organisation)
    with clock.playing(datetime(2024, 2, 1, 12, tzinfo=UTC)):
        adopted = adopt_template_kits(organisation.people["gus"], date(2024, 2, 5))
    return {"template": adopted[0].pk, "kit": "product"}


def _adopt_second(organisation: Organisation) -> None:
    """A second version of the lead time, announced three weeks ago, in force for two."""
    first = next(one for one in STARTER if one.slug == "change-lead-time")
    spec = first.spec | {"value": {"from": "merged_at", "to": "linked.finished_at"}}
    agree(
        starter_item(first, organisation.harbour, spec=spec), author=organisation.people["eli"],
        at=MONDAY - timedelta(days=21), on=date(2026, 8, 10),
        reason="Counts from the merge, so that waiting for review is looked at alone.",
    )  # fmt: skip


def _propose_change(organisation: Organisation) -> Proposal:
    """A change of a definition in review, which everybody reads."""
    first = next(one for one in STARTER if one.slug == "change-failure-rate")
    author = organisation.people["eli"]
    return submit(
        draft(starter_item(first, organisation.harbour, spec={**first.spec, "min_n": 8}), author=author), author
    )


def _deliver(service: Service, *, seed: int) -> None:
    """One release a week with six changes, every fourth mended by the next; the newest five days ago."""
    first = MONDAY - timedelta(weeks=WEEKS) + timedelta(days=2)
    releases = [first + timedelta(weeks=week) for week in range(WEEKS)]
    deployments = [{"key": f"r{i}", "service": service.pk, "finished_at": at} for i, at in enumerate(releases)]
    changes = [
        {"key": f"c{i}-{n}", "service": service.pk, "deployment": f"r{i}", "merged_at": at - timedelta(hours=2),
         "first_commit_at": at - timedelta(hours=LEAD_HOURS[(i + n + seed) % 7])}
        for i, at in enumerate(releases) for n in range(6)
    ]  # fmt: skip
    repairs = [
        {"key": f"m{i}", "service": service.pk, "failed": f"r{i}", "fixed_by": f"r{i + 1}"}
        for i in range(0, WEEKS - 1, 4)
    ]
    for source, rows in (("deployments", deployments), ("changes", changes), ("remediations", repairs)):
        services.record_facts(
            source=sources.get(source), channel="ci", rows=rows, connected_from=first - timedelta(days=30),
            complete_until=MONDAY,
        )  # fmt: skip


def _write_rows(world: World, place: Place) -> None:
    """A target, a card with a note, a review with an answer, an import with an error, a token, a mark."""
    people, team, slug = world.organisation.people, place.team, place.team.slug
    writer, admin = (principal_of(people[name]) for name in (place.writer, "hal"))
    target = _agree_target(team, people[place.writer])
    card = scorecards.freeze_card(team=team, period=QUARTER, by=SYSTEM)
    cell = card.cells.order_by("rank").first()
    scorecards.write_note(cell=cell, text=own_words(slug, "note"), by=writer)
    review = _discuss(world, place)
    run = integrations.check_import(
        stream=BytesIO(_csv(place).encode()), kind=CsvKind.DEPLOYMENTS, file_name=f"{own_words(slug, 'file')}.csv",
        team=team, by=writer,
    )  # fmt: skip
    token, _ = teams.create_token(
        name=own_words(slug, "token"), team=team, scopes=frozenset({Scope.READ}), days=90, by=admin
    )
    mark, _ = annotations.create_annotation(
        kind=AnnotationKind.LAUNCH, text=f"A launch of {team.name}", starts_at=MONDAY - timedelta(days=9), team=team,
        by=writer,
    )  # fmt: skip
    exemption, freeze = _exempt(people[place.writer], team)
    proposal, request = _propose(world, place)
    place.keys = {
        "proposal": proposal.number, "request": request.pk,
        "target": target.pk, "card": card.pk, "cell": cell.pk, "review": review.pk, "import": run.pk,
        "token": token.pk, "annotation": mark.public_id,
        "exemption": str(exemption), "freeze": str(freeze),
        "exemption_number": exemption.number, "freeze_number": freeze.number, "group": team.group.slug,
        **happen_in(
            team, place.service, writer=writer, leading=principal_of(people[place.seat]), seat=people[place.seat],
            now=MONDAY,
        ),
    }  # fmt: skip
    place.keys |= promise_in(slug, place.service.slug, people[place.writer], MONDAY)
    place.keys |= spend_in(place.keys["sli"], place.keys["slo"], lead=people[place.seat], now=MONDAY)
    place.keys |= meet_in(team, lead=people[place.seat], now=MONDAY)


def _agree_target(team: Team, author: User) -> Target:
    """A target of the running quarter, agreed on early in July with a reason and a reason for being bold."""
    item = target_item(
        "change-failure-rate", team, "2026-Q3", "0.05", baseline=Baseline("2026-Q2", 0.23, 13, 1, 0.1, 0.5),
        reason=own_words(team.slug, "target-reason"), heroic_reason=own_words(team.slug, "heroic-reason"),
    )  # fmt: skip
    agree(item, author=author, at=MONDAY - timedelta(days=45))
    return newest_target("change-failure-rate", team, "2026-Q3")


def _exempt(author: User, team: Team) -> tuple[Exemption, FreezeWindow]:
    """Rework of last week is not judged, and next week is a freeze; both move no value."""
    paused = {
        "kind": "pause_judging", "team": team.slug, "definitions": ["deployment-rework-rate"],
        "starts_at": "2026-08-20", "expires_at": "2026-09-10",
    }  # fmt: skip
    agree(Item("exemption", Op.CREATE, "", paused), author=author)
    days = {"name": "harvest freeze", "team": team.slug, "starts_on": "2026-09-01", "last_on": "2026-09-07"}
    agree(Item("freeze_window", Op.CREATE, "", days), author=author)
    return Exemption.objects.latest("number"), FreezeWindow.objects.latest("number")


def _propose(world: World, place: Place) -> tuple[Proposal, Comment]:
    """A target of the next quarter, Checkout's in review, with a request for changes in the team's own words."""
    people, slug = world.organisation.people, place.team.slug
    item = target_item(
        "change-failure-rate", place.team, "2026-Q4", "0.2", baseline=Baseline("2026-Q2", 0.23, 13, 1, 0.1, 0.5),
        reason=own_words(slug, "proposed-target"),
    )  # fmt: skip
    author = people[place.writer]
    proposal = draft(item, author=author, reason=f"{own_words(slug, 'proposal')} {REASON}")
    if slug == "checkout":  # elsewhere so few people hold roles that two of them have agreed at once
        proposal = submit(proposal, author)
    by = principal_of(people[place.seat])
    return proposal, write_comment(proposal, CommentAct.REQUEST_CHANGES, own_words(slug, "request"), by)


def _discuss(world: World, place: Place) -> TargetReview:
    """A review that was opened, with one drafted target answered in the team's own words."""
    by = principal_of(world.organisation.people[place.seat])
    review = reviews.generate_review(team=place.team, quarter=QUARTER, by=SYSTEM)
    review = reviews.open_review(review=review, by=by)
    drafted = next(row for row in review.content["next"] if row["answer"] == "open")
    return reviews.edit_draft(
        review=review, definition=drafted["definition"], choice=Choice.DROP,
        reason=own_words(place.team.slug, "review-answer"), content_sha256=review.content_sha256, by=by,
    )  # fmt: skip


def _csv(place: Place) -> str:
    """A good row, and one whose date cannot be read and is therefore quoted in the report."""
    slug, words = place.service.slug, own_words(place.team.slug, "row")
    rows = (f"{slug},x1,2026-08-02T09:40:00Z,succeeded", f"{slug},x2,{words},succeeded")
    return "\n".join(["service,deployment,finished_at,status", *rows, ""])


@contextmanager
def on_monday() -> Iterator[None]:
    """Both clocks stand still at `MONDAY`."""
    with clock.playing(MONDAY):
        yield
