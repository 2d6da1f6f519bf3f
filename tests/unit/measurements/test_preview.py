"""The preview of a changed definition: what would move, and that the values after activation equal it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import TestCase
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.immutable import writing
from apps.core.periods import parse_period
from apps.governance.domain.kinds import Change, Item, Op, Section, kinds
from apps.governance.models import PreviewRun, Proposal
from apps.measurements import operations, queries
from apps.measurements.domain.engine import ENGINE_VERSION
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.models import MetricValue
from apps.measurements.previewing import NEW, NOTHING, Comparison, preview_definition
from apps.metrics import queries as metrics
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, DEPLOYMENT_FREQUENCY
from apps.metrics.models import DefinitionVersion, Target
from apps.services.models import FactConnection
from apps.teams.models import Team
from tests.agreeing import agree, newest_version, version_item
from tests.histories import Act, Places, acts
from tests.measuring import adopt, change, connect, deployment, publish, remediation
from tests.personas import Organisation, make_organisation, principal_of
from tests.services import examples

pytestmark = pytest.mark.sql

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)
BOUNDARY = date(2024, 7, 1)  # a Monday on which a quarter begins, too
LINK = {
    "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at", "to_where": ["production"],
    "explicit": ["deployment"], "infer": "first_after", "max_gap": "10d",
}  # fmt: skip


def lead_time(since: str = "first_commit_at", **more: Any) -> dict[str, Any]:
    """Lead time that begins at a clock."""
    return {
        "measure": "quantile", "of": {"facts": "changes", "clock": "linked.finished_at"}, "link": LINK, "min_n": 1,
        "value": {"from": since, "to": "linked.finished_at"}, "direction": "lower_is_better", "unit": "seconds", **more,
    }  # fmt: skip


# Old and new specs of one definition, each changing another key of the spec.
CHANGES: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = [
    (lead_time(), lead_time("merged_at")),
    (lead_time(), lead_time(q="0.85", min_n=2)),
    (lead_time(), lead_time(link={k: v for k, v in LINK.items() if k not in ("infer", "max_gap")})),
    (lead_time(), lead_time(link={**LINK, "scope": "team", "max_gap": "30d"})),
    (lead_time(), lead_time(of={"facts": "changes", "clock": "merged_at"})),
    (lead_time(), lead_time(window={"grains": ["month", "quarter"]})),
    (lead_time(window={"grains": ["week"], "rolling": 4}), lead_time()),
    (
        {**CHANGE_FAILURE_RATE.spec, "min_n": 1},
        {**CHANGE_FAILURE_RATE.spec, "min_n": 1, "of": {"facts": "deployments", "clock": "finished_at"}},
    ),
    (DEPLOYMENT_FREQUENCY.spec, {**DEPLOYMENT_FREQUENCY.spec, "per": "day", "unit": "per_day"}),
    (DEPLOYMENT_FREQUENCY.spec, CHANGE_FAILURE_RATE.spec),
]


def proposed(slug: str, spec: Mapping[str, Any], base: int = 1, **more: Any) -> Change:
    """A change of a definition as governance hands it over."""
    item = Item("metric_definition", Op.CHANGE if base else Op.CREATE, slug, {"spec": dict(spec)})
    known = {"wording": "", "computing": "", "is_same_meaning": False, "owner_team_id": None, "name": slug, **more}
    return Change(item=item, base=base, **known)


def stored(version: DefinitionVersion, team: Team, key: str) -> MetricValue | None:
    """The cell of a team that a version stores."""
    return queries.find_value(version, Subject(SubjectKind.TEAM, team.pk), parse_period(key))


def shown(row: MetricValue | None, *, is_zero: bool) -> tuple[Any, ...]:
    """Everything that a value consists of; where nothing is stored, a count or rate reads as zero."""
    if row is None:
        return (0.0 if is_zero else None), None, None, 0, False
    return row.value, row.lower, row.upper, row.n, row.at_least


class Activation(HypothesisTestCase):
    """The proof that matters: what was previewed is what comes into force."""

    @settings(max_examples=examples(8), phases=[Phase.explicit, Phase.generate])
    @given(history=st.lists(acts(), min_size=4, max_size=25), which=st.sampled_from(CHANGES))
    def test_preview__equals_the_values_after_activation(
        self, history: list[Act], which: tuple[Mapping[str, Any], Mapping[str, Any]]
    ) -> None:
        with clock.playing(NOW):
            world = make_organisation()
            first = adopt("rule", which[0], owner=world.checkout, by=principal_of(world.people["gus"], NOW))
            places = Places(world)
            places.connect(NOW)
            for act in history:
                places.do(act)
            found = Comparison.of("rule", metrics.spec_of(first), parse_spec(dict(which[1]), sources))
            assert not MetricValue.objects.exists()
            item = version_item("rule", which[1], owner=world.checkout)
            proposal = agree(item, author=world.people["gus"], on=BOUNDARY)
            operations.rebuild()
        versions = first, newest_version("rule")
        assert [version.number for version in versions] == [1, 2]
        previewed = rows_of(proposal)
        for team in (world.checkout, world.harbour):
            self.compare(found, team, versions)
            if team.slug in previewed:
                self.compare_row(previewed[team.slug], team, versions)

    @staticmethod
    def compare(found: Comparison, team: Team, versions: Sequence[DefinitionVersion]) -> None:
        """Every closed week, month and quarter of a team is what is stored after a rebuild."""
        for period in found.stretch.all:
            for side, version in zip((found.old, found.new), versions, strict=True):
                reading = side.cell(team.pk, period).reading
                row = stored(version, team, period.key)
                expected = shown(row, is_zero=reading.value == 0)
                given = (reading.value, reading.lower, reading.upper, reading.n, reading.at_least)
                assert given == expected, (team, period, version)

    @staticmethod
    def compare_row(row: Mapping[str, Any], team: Team, versions: Sequence[DefinitionVersion]) -> None:
        """What the signers saw is what is stored: each week, and the quarters with their intervals."""
        for key, *values in row["weeks"]:
            cells = [stored(version, team, key) for version in versions]
            assert values == [shown(c, is_zero=v == 0)[0] for c, v in zip(cells, values, strict=True)], key
        for period in row["periods"]:
            for name, version in zip(("old", "new"), versions, strict=True):
                given = tuple(period[end] for end in (name, f"{name}_lower", f"{name}_upper", f"{name}_n"))
                expected = shown(stored(version, team, period["key"]), is_zero=given[0] == 0)[:4]
                assert given == expected, (period, version)


def rows_of(proposal: Proposal) -> dict[str, Mapping[str, Any]]:
    """The rows of the preview that was signed, by team."""
    result = PreviewRun.objects.filter(revision__proposal=proposal).latest("pk").result
    assert result is not None
    return {row["team"]: row for section in result["sections"] for row in section["teams"]}


class Previewed(TestCase):
    """Half a year of weekly releases of two teams, under one definition that is about to change."""

    shop: Organisation
    first: DefinitionVersion
    failures: DefinitionVersion

    @classmethod
    def setUpTestData(cls) -> None:
        """Each week Checkout releases two changes that wait long before they are merged; Harbour's never wait."""
        with clock.playing(NOW):
            cls.shop = shop = make_organisation()
            gus = principal_of(shop.people["gus"], NOW)
            cls.first = adopt("lead", lead_time(), owner=shop.checkout, by=gus)
            cls.failures = adopt("failures", {**CHANGE_FAILURE_RATE.spec, "min_n": 1}, owner=shop.checkout, by=gus)
            for service in (shop.checkout_api, shop.checkout_web, shop.harbour_cluster):
                connect(service, "deployments", "changes", "remediations", heard_at=NOW)
            for week in range(18):
                friday = datetime(2024, 1, 5, 12, tzinfo=UTC) + timedelta(weeks=week)
                cls.release(shop.checkout_api, week, friday, waits=timedelta(hours=20))
                cls.release(shop.harbour_cluster, week, friday, waits=timedelta(0))
            publish("remediations", [remediation(shop.checkout_api, "v3", "v4")])

    @staticmethod
    def release(service: Any, week: int, at: datetime, waits: timedelta) -> None:
        """Two changes, merged ten hours before they go out."""
        merged = at - timedelta(hours=10)
        publish("deployments", [deployment(service, f"v{week}", at)])
        rows = [change(service, f"c{week}-{n}", merged - waits, merged, f"v{week}") for n in range(2)]
        publish("changes", rows)

    @pytest.fixture(autouse=True)
    def _today(self) -> Iterator[None]:
        with clock.playing(NOW):
            yield

    def preview(self, spec: Mapping[str, Any], slug: str = "lead", **more: Any) -> Section:
        """The one section of a preview."""
        [section] = preview_definition(proposed(slug, spec, **more))
        return section

    def test_preview__names_the_team_that_moves_and_the_rest_in_one_sentence(self) -> None:
        section = self.preview(lead_time("merged_at"))
        [row] = section.teams
        assert section.title == "Values of lead"
        assert section.sentences == ("1 of 2 teams moves.", "The others change little: 1 not at all.")
        assert (row["team"], row["moves"], row["median_old"], row["median_new"]) == ("checkout", True, 108000, 36000)
        assert row["why"] == "Median of 18 weekly values 30\xa0h to 10\xa0h, −66.7 %."
        assert section.affected_team_ids == {self.shop.checkout.pk} == section.improves_team_ids

    def test_preview__a_row_shows_weeks_and_the_newest_closed_quarter(self) -> None:
        [row] = self.preview(lead_time("merged_at")).teams
        assert len(row["weeks"]) == 26
        assert row["weeks"][-1] == ["2024-W19", None, None]
        assert row["weeks"][-2] == ["2024-W18", 108000, 36000]
        quarter = row["periods"][0]
        assert (quarter["key"], quarter["old"], quarter["new"], quarter["new_n"]) == ("2024-Q1", 108000, 36000, 26)
        assert quarter["old_lower"] <= quarter["old"] <= quarter["old_upper"]

    def test_preview__that_moves_nothing_says_only_so(self) -> None:
        section = self.preview(lead_time(settle_days=14))
        assert (section.sentences, section.teams, section.affected_team_ids) == ((NOTHING,), (), frozenset())

    def test_preview__of_words_or_of_an_end_computes_nothing(self) -> None:
        assert preview_definition(proposed("lead", lead_time("merged_at"), is_same_meaning=True)) == []
        ended = Item("metric_definition", Op.RETIRE, "lead", {})
        assert (
            preview_definition(Change(ended, 1, "", "", is_same_meaning=False, owner_team_id=None, name="lead")) == []
        )

    def test_preview__of_a_new_definition_shows_its_values_and_affects_nobody(self) -> None:
        section = self.preview(lead_time("merged_at"), slug="fresh", base=0)
        assert section.sentences == (NEW,)
        assert [row["team"] for row in section.teams] == ["checkout", "harbour"]
        assert section.teams[0]["weeks"][-2] == ["2024-W18", None, 36000]
        assert (section.teams[0]["moves"], section.teams[0]["entering_count"]) == (False, 0)
        assert (section.affected_team_ids, section.improves_team_ids) == (frozenset(), frozenset())

    def test_preview__lost_values_move_a_team_to_no_better(self) -> None:
        section = self.preview(lead_time(min_n=3))
        assert [(row["team"], row["lost"], row["shift"]) for row in section.teams] == [
            ("checkout", 18, 0), ("harbour", 18, 0),
        ]  # fmt: skip
        assert section.teams[0]["why"].endswith("18 of 18 weekly values are lost.")
        assert section.improves_team_ids == frozenset()

    def test_preview__lists_facts_that_leave(self) -> None:
        section = self.preview(lead_time(link={**LINK, "to_where": [["environment", "in", ["staging"]]]}))
        [checkout, harbour] = section.teams
        assert (checkout["leaving_count"], len(checkout["leaving"]), checkout["entering"]) == (36, 20, [])
        assert checkout["leaving"][0] == "checkout-api/c17-0"
        assert harbour["leaving"][0] == "harbour-cluster/c17-0"

    def test_preview__tells_the_numerator_of_a_share_apart(self) -> None:
        never = {**CHANGE_FAILURE_RATE.spec, "min_n": 1, "numerator": {"where": [["intent", "in", ["rollback"]]]}}
        [row] = self.preview(never, slug="failures").teams
        assert (row["team"], row["leaving"], row["entering"]) == ("checkout", ["checkout-api/v3 (numerator)"], [])

    def test_preview__of_another_unit_is_not_compared(self) -> None:
        section = self.preview({**CHANGE_FAILURE_RATE.spec, "min_n": 1})
        assert all(row["shift"] is None and row["moves"] for row in section.teams)
        assert section.improves_team_ids == frozenset()

    def aim(self, hours: int, quarter: str) -> None:
        """Checkout's target of a quarter, as if it had been agreed on before."""
        row = Target(
            definition=self.first.definition, team=self.shop.checkout, quarter=quarter, number=1, version_number=1,
            proposal=self.first.proposal, comparison="at_most", value=hours * 3600, reason="Agreed by the tests.",
            judges_from=date(2024, 1, 1), agreed_at=NOW, agreed_by=self.shop.people["ana"],
        )  # fmt: skip
        with writing(Target):
            row.save()

    def test_preview__a_target_that_turns_moves_and_its_verdict_is_not_told(self) -> None:
        self.aim(12, "2024-Q1")
        self.aim(40, "2024-Q2")
        [row] = self.preview(lead_time("merged_at")).teams
        new = parse_spec(lead_time("merged_at"), sources)
        impacts = Comparison.of("lead", metrics.spec_of(self.first), new).impacts
        turned = {t.quarter: (t.old.sentence, t.new.sentence, t.turns) for impact in impacts for t in impact.targets}
        assert turned["2024-Q1"][0].startswith("Not met: 30\xa0h")
        assert turned["2024-Q1"][1].startswith("Met: 10\xa0h")
        assert turned["2024-Q1"][2] is True
        assert turned["2024-Q2"][2] is False
        assert row["why"].endswith("Its target is judged differently.")
        assert "Met: " not in str(row)
        assert "Not met" not in str(row)

    def test_preview__a_target_that_turns_met_improves_though_the_median_hardly_moves(self) -> None:
        """Long waits of two weeks leave the median of weeks where it is, and the quarter's target turns."""
        self.aim(31, "2024-Q1")
        for week in range(2, 5):
            friday = datetime(2024, 1, 5, 12, tzinfo=UTC) + timedelta(weeks=week)
            waited = [change(self.shop.checkout_api, f"late{week}-{n}", friday - timedelta(hours=90 + n),
                             friday - timedelta(hours=10), f"v{week}") for n in range(9)]  # fmt: skip
            publish("changes", waited)
        exclude = [{"where": [{"from": "first_commit_at", "to": "merged_at", "at_least": "72h"}], "reason": "Long."}]
        section = self.preview(lead_time(exclude=exclude))
        [row] = section.teams
        assert abs(row["shift"]) < 0.05
        assert (row["moves"], row["why"].endswith("Its target is judged differently.")) == (True, True)
        assert section.improves_team_ids == {self.shop.checkout.pk}

    def test_preview__a_source_that_nobody_reports_loses_every_value(self) -> None:
        gus = principal_of(self.shop.people["gus"], NOW)
        adopt("often", DEPLOYMENT_FREQUENCY.spec, owner=self.shop.checkout, by=gus)
        FactConnection.objects.filter(source="remediations").delete()
        of = {"facts": "deployments", "clock": "finished_at", "where": ["production", ["remediated_by", "is", "unset"]]}
        row = self.preview({**DEPLOYMENT_FREQUENCY.spec, "of": of}, slug="often").teams[0]
        assert (row["lost"], row["gained"], row["moves"]) == (19, 0, True)
        assert row["weeks"][-2] == ["2024-W18", 1, None]
        assert row["periods"][0]["new_status"] == "not_connected"

    def test_preview__leaves_closed_teams_out(self) -> None:
        Team.objects.filter(pk=self.shop.harbour.pk).update(closed_on=date(2024, 5, 1))
        section = self.preview(lead_time("merged_at"))
        assert [row["team"] for row in section.teams] == ["checkout"]

    def test_preview__is_registered_with_the_engine_that_computes_it(self) -> None:
        assert kinds.engine_version == str(ENGINE_VERSION)
        assert preview_definition in kinds._sections["metric_definition"]
