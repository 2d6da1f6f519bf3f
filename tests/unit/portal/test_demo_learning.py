"""The demonstration's retros: in every state, with whole texts; each line of its syntheses is carried by incidents."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.incidents.models import Action, Incident, IncidentCause, KnownCause, Retro
from apps.incidents.queries import synthesis
from apps.incidents.queries.synthesis import SORT, Scope
from apps.portal.demo import agreements, cast, learning, outages
from apps.portal.demo.cast import Cast, local

AS_OF = date(2026, 8, 24)


@pytest.fixture
def players(db: None) -> Iterator[Cast]:
    """The story as far as learning needs it: people, the incidents that hurt, and what was learned from them."""
    found = Cast()
    with clock.playing(local(date(2023, 1, 2))):
        cast.found_organisation(found)
    for at, do in sorted(_acts(), key=lambda act: act[0]):
        with clock.playing(at):
            do(found)
    with clock.playing(local(AS_OF, time(12))):
        yield found


def _acts():
    adopting = {
        learning.adopt_definitions,
        outages.adopt_definitions,
        outages.agree_on_incidents,
        agreements.bring_into_force,
    }
    hurt = {one.key for one in outages.all_outages() if one.level < outages.LEAST}
    for at, do in (*outages.acts([AS_OF]), *learning.acts()):
        one = getattr(do, "keywords", {}).get("one")
        if do in adopting or (isinstance(one, outages.Outage) and one.key not in hurt):
            continue
        yield at.astimezone(UTC), do


def test_story__retros_in_every_state_and_patterns_carried_by_incidents(players: Cast) -> None:
    states = set(Retro.objects.values_list("state", flat=True))
    assert states == {"draft", "in_review", "published", "amended", "waived"}
    cause = KnownCause.objects.get()
    assert (cause.status, cause.known_since) == ("fixed", datetime(2025, 10, 13, 12, tzinfo=UTC))
    assert list(IncidentCause.objects.order_by("pk").values_list("repeat_state", flat=True)) == ["", "no_action"]
    for slug, month in (("runtime", "2026-06"), ("documentation", "2026-08")):
        scope = Scope.of_team(players.teams[slug])
        found = synthesis.get_synthesis(scope, parse_period(month), players.holder(slug, learning.TL))
        assert found.of(SORT.boundary)
        assert len(found.picked) == 1
        for line in found.lines:
            assert line.incidents
            assert Incident.objects.filter(pk__in=line.incidents, owner_team=players.teams[slug]).count() == len(
                line.incidents
            )
    assert Action.objects.filter(origin="retro").count() == sum(len(one.actions) for one in learning.STORIES)
    assert Action.objects.filter(origin="review").count() == len(learning.PICKS)


def test_synthesis__every_pattern_of_every_team_and_month_is_carried_by_what_it_names(players: Cast) -> None:
    """Lines of alert rules name none; all others name incidents of the team."""
    carried = 0
    for slug, team in players.teams.items():
        for month in ("2026-05", "2026-06", "2026-07", "2026-08"):
            found = synthesis.get_synthesis(
                Scope.of_team(team), parse_period(month), players.holder("commerce", learning.TL)
            )
            for line in found.lines:
                own = Incident.objects.filter(pk__in=line.incidents, owner_team=team).count()
                assert own == len(line.incidents), (slug, month, line)
                assert line.incidents or line.sort == SORT.alert, (slug, month, line)
                carried += len(line.incidents)
    assert carried > 0
