"""What the demonstration says of itself agrees with the packed history: sign-ins, slices, marks, dates."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.domain import OrganisationRole, TeamRole
from apps.integrations.domain.csv_columns import CsvKind
from apps.portal.demo import agreements, history, marks, organisation, rituals, story
from apps.portal.demo.packfiles import pack_rows
from apps.portal.demo.summary import laid_out
from tests.golden import pack_reference

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def released_on():
    """Local days on which each service released."""
    found = {}
    for (service, _), at in history.finished_at().items():
        found.setdefault(service, set()).add(at.astimezone(BERLIN).date())
    return found


def test_organisation__has_the_teams_and_services_of_the_reference():
    owners = {service.slug: service.owner for service in organisation.SERVICES}
    names = {team.slug: team.name for team in organisation.TEAMS}
    assert {slug: names[owner] for slug, owner in owners.items() if slug != "oncall"} == pack_reference.TEAM_OF_SERVICE
    assert owners["oncall"] == "alerting"


def test_organisation__signs_in_one_of_each_kind():
    roles = dict(organisation.TEAMS[0].people)
    assert organisation.TEAMS[0].slug == "commerce"
    assert [roles[name] for _, name in organisation.SIGN_INS[:4]] == [
        TeamRole.MEMBER, TeamRole.TECH_LEAD, TeamRole.PRODUCT_MANAGER, TeamRole.ENGINEERING_MANAGER,
    ]  # fmt: skip
    held = [organisation.ORGANISATION_ROLES[name] for _, name in organisation.SIGN_INS[4:]]
    assert held == [OrganisationRole.LEADERSHIP, OrganisationRole.STEWARD, OrganisationRole.ADMIN]


def test_organisation__every_person_has_a_mail_of_their_own():
    mails = [organisation.mail_of(name) for name in organisation.everybody()]
    assert len(set(mails)) == len(mails)
    assert all(mail.endswith("@example.org") for mail in mails)


def test_organisation__every_team_has_the_people_who_sign_its_reviews():
    for team in organisation.TEAMS:
        assert {TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER} <= {role for _, role in team.people}, team.slug


@pytest.mark.parametrize("kind", history.KINDS)
def test_slices__hold_each_row_of_the_pack_once(kind):
    days = sorted((*story.IMPORTS_ON, *story.FACTS_ON))
    slices = zip((None, *days), days, strict=False)
    found = [tuple(row.items()) for after, until in slices for row in history.rows_between(kind, after, until)]
    assert Counter(found) == Counter(tuple(row.items()) for row in pack_rows(kind))


def test_slices__a_change_comes_with_the_release_that_carries_it():
    row = {"service": "sloth", "deployment": "v0.16.0"}
    assert history.known_at(CsvKind.CHANGES, row) == datetime.fromisoformat("2026-04-04T07:54:43Z")


def test_csv_text__has_a_header_even_without_rows():
    assert history.csv_text(CsvKind.REMEDIATIONS, []).split(",")[0] == "service"


@pytest.mark.parametrize("mark", [m for m in marks.MARKS if m.text.startswith("No release")], ids=lambda m: m.text)
def test_marks__a_gap_is_without_release_and_ends_with_one(mark, released_on):
    days = released_on[mark.service]
    assert not [day for day in days if mark.from_on <= day < mark.until_on]
    assert mark.from_on - timedelta(days=1) in days
    assert mark.until_on in days


@pytest.mark.parametrize("mark", [m for m in marks.MARKS if m.kind == marks.K.LAUNCH], ids=lambda m: m.text)
def test_marks__a_launch_stands_at_a_release(mark, released_on):
    assert mark.from_on in released_on[mark.service]


def test_marks__the_last_release_of_oncall_is_the_last():
    newest = max(at for (service, _), at in history.finished_at().items() if service == "oncall")
    (mark,) = [m for m in marks.MARKS if m.service == "oncall" and "newest release" in m.text]
    assert newest.astimezone(BERLIN).date() == mark.from_on


def test_marks__counts_of_late_changes_are_those_of_the_pack():
    carried = Counter((row["service"], row["deployment"]) for row in pack_rows("changes"))
    assert carried["keep", "v0.2.9"] == 794
    assert carried["saleor", "3.17.69"] == 316


def test_marks__nothing_is_told_before_it_happened():
    assert all(mark.written_on > mark.from_on for mark in marks.MARKS)
    assert all(len(mark.text) <= 300 for mark in marks.MARKS)


def test_versions__come_into_force_on_mondays_39_weeks_before_a_quarter_ends():
    for day, ends in (
        (agreements.LEAD_TIME_CHANGES_ON, date(2026, 3, 30)),
        (agreements.FAILURE_RATE_CHANGES_ON, date(2026, 6, 29)),
    ):
        assert day.weekday() == 0
        assert ends - day == timedelta(weeks=39)


def test_meetings__are_held_once_and_in_order():
    assert len({(m.team, m.quarter) for m in rituals.MEETINGS}) == len(rituals.MEETINGS)
    assert all(before.on <= after.on for before, after in pairwise(rituals.MEETINGS))


def test_laid_out__puts_texts_in_columns():
    assert laid_out([("a", "bb", "c"), ("aaa", "b", "")]) == ["a    bb  c", "aaa  b"]
