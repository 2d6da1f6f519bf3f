"""Who owned what within a window, against a plain reading of every ownership."""

from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.engine.catalogue import Catalogue, OwnershipRow

SERVICES, TEAMS, GROUPS = (11, 12, 13), {1: 5, 2: 5, 3: None}, (5,)
INSTANTS = st.integers(0, 12)
ROWS = st.lists(
    st.tuples(st.sampled_from(SERVICES), st.sampled_from(sorted(TEAMS)), INSTANTS, st.integers(1, 6)).map(
        lambda drawn: OwnershipRow(drawn[0], drawn[1], drawn[2], drawn[2] + drawn[3])
    ),
    max_size=8,
)


@given(rows=ROWS, windows=st.lists(st.tuples(INSTANTS, INSTANTS), min_size=1, max_size=6))
def test_places__are_those_that_a_plain_reading_finds_whatever_was_asked_before(
    rows: list[OwnershipRow], windows: list[tuple[int, int]]
) -> None:
    catalogue = Catalogue(service_ids=SERVICES, team_groups=TEAMS, ownerships=rows, connections={})
    for start, end in windows:
        touching = [row for row in rows if row.start < end and row.end > start]
        plain = {
            "service": {(row.service_id, row.service_id) for row in touching},
            "team": {(row.team_id, row.service_id) for row in touching},
            "group": {(group, row.service_id) for row in touching if (group := TEAMS[row.team_id]) is not None},
            "organisation": {(0, row.service_id) for row in touching},
        }
        ids = {"service": SERVICES, "team": sorted(TEAMS), "group": GROUPS, "organisation": (0,)}
        for level, (places, services) in catalogue.places_between(start, end).items():
            found = [(ids[level][p], SERVICES[s]) for p, s in zip(places, services, strict=True)]
            assert len(found) == len(set(found))
            assert set(found) == plain[level], level
