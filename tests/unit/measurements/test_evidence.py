"""Evidence: the facts behind a cell, each counted or left out for a reason, adding up to what is stored."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import TestCase

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import parse_period
from apps.measurements import operations, queries
from apps.measurements.domain.engine.reasons import Reason
from apps.measurements.domain.subjects import ORGANISATION, UNOWNED, Subject, SubjectKind
from apps.measurements.evidence import Evidence
from apps.measurements.models import MetricValue
from apps.metrics import operations as metrics
from apps.services import operations as services
from tests.measuring import SINCE, adopt, answer, change, deployment, publish, remediation, subject_of
from tests.personas import Organisation, make_organisation, principal_of

pytestmark = pytest.mark.sql

NOW = datetime(2024, 4, 17, 12, tzinfo=UTC)
ASIDE = (Reason.COUNTED, Reason.FILTERED, Reason.UNATTRIBUTED)
RELEASED = {"facts": "deployments", "clock": "finished_at", "where": ["production"]}
MORE: dict[str, dict[str, Any]] = {
    "unfinished": {
        "measure": "quantile", "of": RELEASED, "unit": "seconds",
        "value": {"from": "finished_at", "to": "remediated_by.finished_at", "missing": "at_least"},
    },
    "excluding": {
        "measure": "count", "of": RELEASED, "unit": "count", "window": {"grains": ["week"], "rolling": 4},
        "exclude": [{"where": [["intent", "in", ["hotfix"]]], "reason": "A repair is no delivery."}],
    },
    "per-release": {
        "measure": "ratio", "of": RELEASED, "unit": "quotient", "numerator": {"facts": "changes", "clock": "merged_at"},
    },
    "carrying": {
        "measure": "ratio", "of": RELEASED, "unit": "share", "numerator": {"where": [["linked", "is", "some"]]},
        "link": {"from": "changes", "at": "merged_at", "to": "deployments", "explicit": ["deployment"]},
    },
}  # fmt: skip


def day(number: int, month: int = 3) -> datetime:
    """Noon of a day in 2024."""
    return datetime(2024, month, number, 12, tzinfo=UTC)


class EvidenceOfCells(TestCase):
    """Facts that are counted, filtered, excluded, unattributed, of another channel, too early, or impossible."""

    shop: Organisation

    @classmethod
    def setUpTestData(cls) -> None:
        """Publish and rebuild."""
        with clock.playing(NOW):
            cls.shop = shop = make_organisation()
            gus = principal_of(shop.people["gus"], NOW)
            metrics.adopt_starter(owner_team=shop.checkout, by=gus)
            for slug, document in MORE.items():
                adopt(slug, {"direction": "neither", **document}, owner=shop.checkout, by=gus)
            api, web, cluster = shop.checkout_api, shop.checkout_web, shop.harbour_cluster
            publish("deployments", [deployment(api, f"v{n}", day(n)) for n in (4, 5, 6, 14, 20)])
            publish("deployments", [deployment(api, "tried", day(7), environment="staging")])
            publish("deployments", [deployment(api, "patch", day(8), intent="hotfix")])
            publish("deployments", [deployment(api, "second", day(9))], channel="other")
            publish("deployments", [deployment(web, "w1", day(12)), deployment(web, "w2", day(13))])
            publish("deployments", [deployment(web, "early", SINCE - timedelta(days=1))])
            publish("deployments", [deployment(cluster, "k1", day(28)), deployment(cluster, "k2", day(29))])
            publish("remediations", [remediation(api, "v4", "v6"), remediation(web, "w1", "w2")])
            publish("changes", [change(api, f"c{n}", day(1), day(n)) for n in (4, 5, 18)])
            publish("changes", [change(api, "back", day(16), day(13), "v5"), change(api, "none", day(1), day(3), "v9")])
            publish("changes", [change(web, "tried", day(1), day(3), "w1"), change(cluster, "lost", day(1), day(30))])
            services.hand_over(service=web, to=shop.harbour, from_at=day(13), reason="It lies nearer.", by=SYSTEM)
            operations.rebuild()

    @pytest.fixture(autouse=True)
    def _today(self) -> Iterator[None]:
        with clock.playing(NOW):
            yield

    def evidence(self, slug: str, period: str, subject: Any = None, limit: int = 200) -> Evidence:
        """The evidence of a cell."""
        found = queries.get_evidence(subject_of(subject), slug, parse_period(period), limit=limit)
        assert found is not None
        return found

    def test_counts__of_every_cell_add_up_to_what_is_stored(self) -> None:
        """Counted facts are n, unattributed ones stand beside it, and all other reasons together are left out."""
        rows = MetricValue.objects.filter(part="whole").select_related("version__definition", "run")
        checked, facts = 0, 0
        weeks = rows.filter(grain="week", end_on__range=(day(4).date(), day(1, 4).date()))
        quarters = rows.filter(grain__in=["quarter", "weeks_13"], end_on=day(1, 4).date())
        for row in [*weeks.filter(n__gt=0, subject_kind="team"), *quarters]:
            evidence = queries.evidence_of(row)
            slug = row.version.definition.slug
            n = len([r for r in evidence.counted if not r.in_numerator or slug != "per-release"])
            left_out = sum(count for reason, count in evidence.counts.items() if reason not in ASIDE)
            found = (n, left_out, evidence.counts.get(Reason.UNATTRIBUTED, 0))
            assert found == (row.n, row.left_out, row.unattributed), row
            checked, facts = checked + 1, facts + n
        assert checked > 100
        assert facts > 300

    def test_numerator__of_a_share_is_the_subset_that_is_marked(self) -> None:
        evidence = self.evidence("change-failure-rate", "2024-03", self.shop.checkout_api)
        assert {row.key for row in evidence.counted} == {"v4", "v5", "v6", "v14", "v20", "patch"}
        assert {row.key for row in evidence.counted if row.in_numerator} == {"v4"}

    def test_numerator__of_a_quotient_are_the_facts_of_its_own_populations(self) -> None:
        evidence = self.evidence("per-release", "2024-03", self.shop.harbour_cluster)
        above = {(row.source, row.key) for row in evidence.counted if row.in_numerator}
        below = {(row.source, row.key) for row in evidence.counted if not row.in_numerator}
        assert (above, below) == ({("changes", "lost")}, {("deployments", "k1"), ("deployments", "k2")})

    def test_left_out__each_fact_has_its_reason(self) -> None:
        evidence = self.evidence("deployment-frequency", "2024-Q1")
        named = {part.reason: {row.key for row in part.rows} for part in evidence.left_out}
        assert named == {Reason.OTHER_CHANNEL: {"second"}, Reason.FILTERED: {"tried"}}
        assert evidence.left_out[0].rows[0].words == "reported by a second channel; the first one counts"

    def test_left_out__lead_times_say_what_is_impossible_and_what_found_nothing(self) -> None:
        evidence = self.evidence("change-lead-time", "2024-03")
        named = {part.reason: {row.key for row in part.rows} for part in evidence.left_out}
        assert named == {Reason.UNATTRIBUTED: {"none", "lost"}, Reason.NEGATIVE: {"back"}}

    def test_left_out__what_came_before_the_connection_is_named(self) -> None:
        evidence = self.evidence("deployment-frequency", "2023-12")
        assert [(part.reason, part.count) for part in evidence.left_out] == [(Reason.BEFORE_CONNECTION, 1)]

    def test_left_out__by_the_definition_in_every_period_of_a_longer_window(self) -> None:
        evidence = self.evidence("excluding", "2024-W12", self.shop.checkout_api)
        assert evidence.counts == {Reason.COUNTED: 5, Reason.EXCLUDED: 1, Reason.FILTERED: 1, Reason.OTHER_CHANNEL: 1}

    def test_strays__of_a_link_are_named_beside_the_facts_it_leads_to(self) -> None:
        """The share of releases that carry something says which changes no release was found for."""
        evidence = self.evidence("carrying", "2024-03")
        lost = {row.key for row in evidence.rows if row.reason is Reason.UNATTRIBUTED}
        assert lost == {"c4", "c5", "c18", "none", "lost"}
        assert {row.source for row in evidence.rows if row.reason is Reason.UNATTRIBUTED} == {"changes"}

    def test_rows__carry_instant_length_and_partner(self) -> None:
        evidence = self.evidence("change-lead-time", "2024-03", self.shop.checkout_api)
        row = next(row for row in evidence.counted if row.key == "c18")
        assert (row.source, row.service_id, row.at) == ("changes", self.shop.checkout_api.pk, day(20))
        assert row.seconds == timedelta(days=19).total_seconds()
        back = next(row for row in evidence.rows if row.key == "back")
        assert (back.partner, back.seconds) == ("v5", -timedelta(days=11).total_seconds())

    def test_rows__of_an_unfinished_length_have_none(self) -> None:
        evidence = self.evidence("unfinished", "2024-W10", self.shop.checkout_api)
        assert {row.key: row.seconds for row in evidence.counted} == {
            "v4": 2 * 86400.0, "v5": None, "v6": None, "patch": None,
        }  # fmt: skip

    def test_rows__newest_first_up_to_so_many_of_each_reason(self) -> None:
        evidence = self.evidence("deployment-frequency", "2024-03", limit=2)
        assert [row.key for row in evidence.counted] == ["k2", "k1"]
        assert evidence.counts[Reason.COUNTED] == 10
        assert len(evidence.rows) == 4

    def test_subjects__a_fact_stands_with_the_owner_of_its_instant(self) -> None:
        """The service moved on the 13th at noon: the release of that instant is already Harbour's."""
        keys = {
            name: {row.key for row in self.evidence("deployment-frequency", "2024-W11", subject).counted}
            for name, subject in {
                "checkout": self.shop.checkout, "harbour": self.shop.harbour, "web": self.shop.checkout_web,
                "group": Subject(SubjectKind.GROUP, self.shop.group.pk), "all": ORGANISATION, "nobody": UNOWNED,
            }.items()
        }  # fmt: skip
        assert (keys["checkout"], keys["harbour"]) == ({"v14", "w1"}, {"w2"})
        assert keys["web"] == {"w1", "w2"}
        assert keys["group"] == keys["all"] == {"v14", "w1", "w2"}
        assert keys["nobody"] == set()

    def test_watermark__evidence_is_that_of_the_pass_until_the_cell_is_computed_anew(self) -> None:
        publish("deployments", [deployment(self.shop.checkout_api, "late", day(15))])
        before = self.evidence("deployment-frequency", "2024-W11", self.shop.checkout_api)
        assert {row.key for row in before.counted} == {"v14"}
        answer()
        after = self.evidence("deployment-frequency", "2024-W11", self.shop.checkout_api)
        assert {row.key for row in after.counted} == {"v14", "late"}
        assert after.watermark["deployments"] > before.watermark["deployments"]

    def test_cell__that_was_never_computed_shows_what_is_known_now(self) -> None:
        evidence = self.evidence("deployment-frequency", "2024-W16", self.shop.checkout_api)
        publish("deployments", [deployment(self.shop.checkout_api, "now", NOW)])
        MetricValue.objects.filter(end_on=parse_period("2024-W16").end_on, grain="week").delete()
        fresh = self.evidence("deployment-frequency", "2024-W16", self.shop.checkout_api)
        assert (len(evidence.counted), [row.key for row in fresh.counted]) == (0, ["now"])

    def test_definition__that_nobody_agreed_has_no_evidence(self) -> None:
        assert queries.get_evidence(ORGANISATION, "unknown", parse_period("2024-03")) is None
