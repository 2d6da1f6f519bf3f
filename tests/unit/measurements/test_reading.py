"""Reading stored facts: what is read for some periods gives the cells of reading everything, through either cursor."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from polars.testing import assert_frame_equal

from apps.accounts.domain import SYSTEM
from apps.core import clock, facts
from apps.core.fact_sources import sources
from apps.core.periods import Period, parse_period
from apps.measurements import operations, passes, queries
from apps.measurements.domain.engine.windows import span_of, windows_for
from apps.measurements.models import MetricValue
from apps.measurements.reading import AdbcCursor, DjangoCursor, Reader, Scope
from apps.metrics import operations as metrics
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.spec import Spec
from apps.services import operations as services
from apps.services.models import Service
from tests.measuring import SINCE, all_cells, change, deployment, publish, remediation
from tests.personas import Organisation, make_organisation, principal_of

pytestmark = pytest.mark.sql

NOW = datetime(2025, 7, 16, 12, tzinfo=UTC)
DAYS = 540
PRODUCTION = {"facts": "deployments", "clock": "finished_at", "where": ["production"]}
CHANGES = {"facts": "changes", "clock": "merged_at"}
TO_PRODUCTION = {
    "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at", "to_where": ["production"],
    "explicit": ["deployment"], "infer": "first_after", "max_gap": "20d",
}  # fmt: skip
LENGTH = {"from": "first_commit_at", "to": "linked.finished_at"}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "failed": {"measure": "ratio", "of": PRODUCTION, "numerator": {"where": [["remediated_by", "is", "set"]]}},
    "failed by its start": {
        "measure": "ratio", "of": {**PRODUCTION, "clock": "started_at"},
        "numerator": {"where": [["remediated_by", "is", "set"]]},
    },
    "failed twice": {
        "measure": "ratio", "of": PRODUCTION, "numerator": {"where": [["remediated_by.remediated_by", "is", "set"]]},
    },
    "recovery of the fix": {
        "measure": "mean", "of": PRODUCTION,
        "value": {"from": "finished_at", "to": "remediated_by.remediated_by.finished_at"},
    },
    "lead": {
        "measure": "quantile", "of": {**CHANGES, "clock": "linked.finished_at"}, "link": TO_PRODUCTION, "value": LENGTH,
    },
    "lead by merge": {"measure": "quantile", "of": CHANGES, "link": TO_PRODUCTION, "value": LENGTH},
    "lead within a team": {
        "measure": "quantile", "of": {**CHANGES, "clock": "linked.finished_at"}, "value": LENGTH,
        "link": {**TO_PRODUCTION, "scope": "team"},
    },
    "carried by what failed": {
        "measure": "mean", "of": {**CHANGES, "where": [["deployment.remediated_by", "is", "set"]]},
        "value": {"from": "merged_at", "to": "deployment.finished_at"},
    },
    "carried something": {
        "measure": "ratio", "of": PRODUCTION, "link": TO_PRODUCTION, "numerator": {"where": [["linked", "is", "some"]]},
    },
    "by the first thing it carried": {
        "measure": "count", "of": {**PRODUCTION, "clock": "linked.first.merged_at"}, "link": TO_PRODUCTION,
    },
    "after a month": {"measure": "count", "of": {**PRODUCTION, "clock": {"field": "finished_at", "plus": "30d"}}},
    "six weeks": {
        "measure": "ratio", "of": PRODUCTION, "numerator": {"where": [["intent", "in", ["hotfix"]]]},
        "window": {"grains": ["week"], "rolling": 6},
    },
    "changes per deployment": {
        "measure": "ratio", "of": PRODUCTION, "link": TO_PRODUCTION, "unit": "quotient",
        "numerator": {**CHANGES, "clock": "linked.finished_at"},
    },
}  # fmt: skip
UNITS = {"ratio": "share", "count": "count"}
KEYS = (
    "2024-W09", "2024-W10", "2024-06", "2024-Q4", "2025-W01", "2025-03", "2025-W20/13", "2025-W26/26", "2025-W29",
)  # fmt: skip


def _spec(document: Mapping[str, Any]) -> Spec:
    unit = UNITS.get(document["measure"], "seconds")
    return parse_spec({"direction": "neither", "unit": unit, **document}, sources)


def fill(world: Organisation, seed: int) -> None:
    """Facts of a year and a half, many of them named by or naming facts that lie far away."""
    dice = random.Random(seed)
    places = [world.checkout_api, world.checkout_web, world.harbour_cluster]

    def at(earliest: int = 0) -> datetime:
        return SINCE + timedelta(hours=dice.randrange(24 * earliest, 24 * DAYS))

    publish("deployments", [_release(dice, places[index % 3], f"v{index}", at()) for index in range(45)])
    merges = []
    for index in range(60):
        carried = dice.randrange(45)
        place = places[carried % 3] if dice.random() < 0.8 else dice.choice(places)
        merged = at()
        first = merged - timedelta(hours=dice.randrange(-5, 900))
        merges.append(change(place, f"c{index}", first, merged, f"v{carried}" if dice.random() < 0.7 else ""))
    publish("changes", merges)
    repairs = [(dice.randrange(45), dice.randrange(15)) for _ in range(40)]
    fixes = [remediation(places[one % 3], f"v{one}", f"v{one % 3 + 3 * other}") for one, other in repairs]
    publish("remediations", fixes)
    services.hand_over(
        service=world.checkout_web, to=world.harbour, from_at=at(100), reason="It lies nearer.", by=SYSTEM
    )


def _release(dice: random.Random, place: Service, key: str, finished: datetime) -> dict[str, Any]:
    return deployment(
        place, key, finished, kind=dice.choice(["tag", "", "nightly"]), size=dice.choice([None, 0, 7]),
        started_at=finished - timedelta(days=dice.randrange(40)) if dice.random() < 0.7 else None,
        environment=dice.choice(["production"] * 4 + ["staging"]), intent=dice.choice(["planned", "hotfix"]),
        labels=dice.choice([[], ["api"], ["api", "it's \\ {} 100 %"]]), automated=dice.choice([None, True, False]),
    )  # fmt: skip


@pytest.fixture
def filled(organisation: Organisation) -> Iterator[Organisation]:
    """An organisation with facts of a year and a half."""
    with clock.playing(NOW):
        fill(organisation, 1)
        yield organisation


def _unbounded(spec: Spec, windows: Any) -> pl.DataFrame:
    setting = passes.present_setting([spec])
    with Reader(sources, setting.watermark) as reader:
        placed = passes.place_all(setting, {0: spec}, reader)[0]
    return passes.sum_windows(setting, spec, placed, windows)


def _bounded(spec: Spec, windows: Any) -> pl.DataFrame:
    setting = passes.present_setting([spec])
    with Reader(sources, setting.watermark) as reader:
        placed = passes.place_between(setting, {0: spec}, reader, *span_of(windows))[0]
    return passes.sum_windows(setting, spec, placed, windows)


def test_scope__of_one_period_gives_the_cells_of_reading_everything(filled: Organisation) -> None:
    """Partners named by key, rows that name them, gaps, deadlines and longer windows are all read."""
    differing = []
    for name, document in DOCUMENTS.items():
        spec = _spec(document)
        windows = windows_for(spec, [parse_period(key) for key in KEYS], clock.reporting_zone())
        whole = _unbounded(spec, windows)
        for window in windows:
            grain, end_on = window.period.grain.value, window.period.end_on
            expected = whole.filter((pl.col("grain") == grain) & (pl.col("end_on") == end_on))
            if not _bounded(spec, [window]).equals(expected):
                differing.append((name, window.period.key))
    assert differing == []


def test_place_all__a_team_is_not_cut_by_the_blocks_services_are_read_in(
    filled: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = _spec(DOCUMENTS["lead within a team"])
    windows = windows_for(spec, [parse_period(key) for key in KEYS], clock.reporting_zone())
    together = _unbounded(spec, windows)
    monkeypatch.setattr(passes, "FACTS_AT_ONCE", 1)
    assert_frame_equal(_unbounded(spec, windows), together)


def test_watermark__facts_that_came_later_are_not_seen(filled: Organisation) -> None:
    """The same watermark gives the same frames after an edit, a withdrawal and a new fact."""
    spec = _spec(DOCUMENTS["lead"])
    setting = passes.present_setting([spec])
    needs = passes.needs_of_all([spec])
    with Reader(sources, setting.watermark) as reader:
        before = reader.tables(needs, [spec], Scope(), setting.catalogue).rows("deployments")
        service = filled.checkout_api
        publish("deployments", [deployment(service, "v1", NOW), deployment(service, "new", NOW)])
        places = [(service.pk, f"v{index}") for index in range(2, 20)]
        facts.withdraw(sources.get("deployments"), "test", places)
        after = reader.tables(needs, [spec], Scope(), setting.catalogue).rows("deployments")
    assert before.height > 0
    assert_frame_equal(after, before, check_row_order=False)


def test_rivals__the_counted_channels_partner_is_read_though_the_other_has_the_same_key(
    organisation: Organisation,
) -> None:
    service, far, near = organisation.checkout_api, datetime(2024, 2, 1, tzinfo=UTC), datetime(2025, 6, 3, tzinfo=UTC)
    with clock.playing(NOW):
        publish("deployments", [deployment(service, "v1", far)], channel="first")
        publish("deployments", [deployment(service, "v1", near)], channel="second")
        publish("changes", [change(service, "c", far, near, "v1")])
        spec = _spec({"measure": "mean", "of": CHANGES, "value": {"from": "deployment.finished_at", "to": "merged_at"}})
        windows = windows_for(spec, [parse_period("2025-W23")], clock.reporting_zone())
        frame = _bounded(spec, windows).filter(pl.col("subject_kind") == "organisation")
    assert frame["value"].to_list() == [(near - far).total_seconds()]


def test_scope__reads_no_more_than_its_period_may_need(filled: Organisation) -> None:
    """What is read for a week is a part of everything, not everything."""
    spec = _spec(DOCUMENTS["failed"])
    setting = passes.present_setting([spec])
    week: Period = parse_period("2025-W10")
    zone = clock.reporting_zone()
    needs = passes.needs_of_all([spec])
    with Reader(sources, setting.watermark) as reader:
        scope = Scope(week.starts_at(zone), week.ends_at(zone))
        part = reader.tables(needs, [spec], scope, setting.catalogue).rows("remediations").height
        whole = reader.tables(needs, [spec], Scope(), setting.catalogue).rows("remediations").height
    assert part < whole


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAdbc:
    """PostgreSQL: columns through ADBC and rows through Django's cursor are the same frames."""

    @pytest.fixture(autouse=True)
    def _committed(self) -> Iterator[None]:
        with clock.playing(NOW):
            self.world = make_organisation()
            fill(self.world, 5)
            yield

    def test_cursors__give_equal_frames(self) -> None:
        specs = [_spec(document) for document in DOCUMENTS.values()]
        typed = [["labels", "has", "api"], ["size", "at_least", 0], ["automated", "is", "true"]]
        specs.append(_spec({"measure": "count", "of": {**PRODUCTION, "where": typed}}))
        setting, needs = passes.present_setting(specs), passes.needs_of_all(specs)
        week = parse_period("2025-W10/13")
        zone = clock.reporting_zone()
        for scope in (
            Scope(),
            Scope(week.starts_at(zone), week.ends_at(zone)),
            Scope(services=(self.world.checkout_api.pk,)),
        ):
            with Reader(sources, setting.watermark) as reader:
                assert isinstance(reader.cursor, AdbcCursor)
                quick = reader.tables(needs, specs, scope, setting.catalogue)
            plain_reader = Reader(sources, setting.watermark)
            assert isinstance(plain_reader.cursor, DjangoCursor)
            plain = plain_reader.tables(needs, specs, scope, setting.catalogue)
            for key in needs.sources:
                assert quick.rows(key).height > 0
                assert_frame_equal(quick.rows(key), plain.rows(key), check_row_order=False)

    def test_rebuild__gives_the_same_cells_through_either(self, monkeypatch: pytest.MonkeyPatch) -> None:
        metrics.adopt_starter(owner_team=self.world.checkout, by=principal_of(self.world.people["gus"], NOW))
        operations.rebuild()
        quick = all_cells()
        MetricValue.objects.all().delete()
        monkeypatch.setattr(Reader, "__enter__", lambda reader: reader)
        operations.rebuild()
        assert quick
        assert all_cells() == quick
        assert queries.find_differences(queries.list_values()) == []

    def test_cursor__inside_a_transaction_sees_what_was_written_there(self) -> None:
        """ADBC sees committed facts only, so there Django's cursor reads."""
        spec = _spec(DOCUMENTS["failed"])
        with transaction.atomic():
            publish("deployments", [deployment(self.world.checkout_api, "unseen", NOW)])
            setting = passes.present_setting([spec])
            with Reader(sources, setting.watermark) as reader:
                tables = reader.tables(passes.needs_of_all([spec]), [spec], Scope(), setting.catalogue)
        assert "unseen" in tables.rows("deployments")["key"].to_list()
