"""Any order and repetition of what tools say gives the same facts, loses no correction, agrees with the page."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.incidents.api.incidents_serializers import IncidentOutput
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.lengths import Times, lengths_of
from apps.incidents.models import Incident
from apps.incidents.operations.rating import change_severity
from apps.incidents.operations.settling import NAMES, settle
from apps.incidents.operations.statements import record_milestone, reopen_incident
from apps.incidents.presenting_incidents import LENGTH_WORDS, length_words, lengths_of_incident
from apps.incidents.queries import incidents as queries
from tests.incidents import NOW, at, make_incident
from tests.personas import Organisation, principal_of

K = MilestoneKind
pytestmark = pytest.mark.django_db
MINUTES = st.integers(0, 300).map(lambda minutes: at("09:00") + timedelta(minutes=minutes))
EVENTS = st.lists(st.tuples(st.sampled_from([*K]), MINUTES), min_size=1, max_size=7)
LEVELS = st.lists(st.tuples(st.integers(1, 5), MINUTES), max_size=3)


def told(events: list[Any], levels: list[Any], seed: int | None) -> dict[str, Any]:
    """The fact row after everything was said in order, or (`seed`) shuffled and repeated; a person corrects once."""
    incident = make_incident()
    said: list[tuple[str, Any, Any]] = [("moment", *one) for one in events] + [("level", *one) for one in levels]
    if seed is not None:
        chance = random.Random(seed)
        said += chance.choices(said, k=len(said) // 2)
        chance.shuffle(said)
    correct(incident)
    for what, value, when in said:
        if what == "level":
            change_severity(incident=incident, level=value, at=when, by=SYSTEM)
        elif value is K.REOPENED:
            reopen_incident(incident=incident, at=when, by=SYSTEM)
        else:
            record_milestone(incident=incident, kind=value, at=when, by=SYSTEM)
    incident.refresh_from_db()
    require_agreement(incident)
    (row,) = queries.current_facts([incident.pk])[f"I-{incident.pk}"]
    return {name: getattr(row, name) for name in NAMES if name not in ("incident", "retro")}


def correct(incident: Incident) -> None:
    """A person says when it was detected, which no tool changes."""
    by = principal_of(incident.owner_team.memberships.get(role="tech_lead").user)
    record_milestone(incident=incident, kind=K.DETECTED, at=at("10:06"), reason="The log.", by=by)


def require_agreement(incident: Incident) -> None:
    """Page, API and fact row say the same lengths; settling again writes nothing."""
    (row,) = queries.current_facts([incident.pk])[f"I-{incident.pk}"]
    of_fact = lengths_of(Times(**{name: getattr(row, name) for name in Times.__dataclass_fields__}), clock.as_of())
    of_page, of_api = lengths_of_incident(incident), IncidentOutput(incident).data["durations"]
    assert of_page == of_fact
    for name in LENGTH_WORDS:
        length = getattr(of_fact, name)
        assert of_api[name] == {"seconds": length.seconds, "reason": str(length.reason) if length.reason else None}
        assert length.seconds is None or length.seconds >= 0
        assert (length.seconds is None) <= ("0" not in length_words(length))
    settle(queries.lock_incident(incident.pk), now=NOW)
    assert [one.seq for one in queries.current_facts([incident.pk])[f"I-{incident.pk}"]] == [row.seq]
    assert row.detected_at == at("10:06")


@given(events=EVENTS, levels=LEVELS, seed=st.integers(0, 999))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_facts__any_order_and_repetition_gives_the_same_rows(organisation: Organisation, events, levels, seed) -> None:
    with clock.playing(NOW), transaction.atomic():
        assert told(events, levels, None) == told(events, levels, seed)
        transaction.set_rollback(True)
