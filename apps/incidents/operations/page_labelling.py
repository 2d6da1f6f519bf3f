"""What pages were good for: labels given page by page or for a whole rule; the latest holds."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.bulk import batched
from apps.core.immutable import writing
from apps.core.problems import Absent, invalid
from apps.incidents.domain.page_words import Label
from apps.incidents.models_oncall import AlertRule, Page, PageLabel
from apps.incidents.operations.page_settling import publish_pages
from apps.incidents.policies import oncall as policies
from apps.incidents.queries import oncall_pages as queries
from apps.teams.models import Team

MOST_AT_ONCE = 500


@transaction.atomic
def label_pages(*, team: Team, labels: Mapping[int, str], by: Principal) -> int:
    """Label pages of a team by primary key, an empty label takes one away; answers how many changed.

    A page of another team answers like one that does not exist, and then nothing is written.
    """
    policies.require_can_label(by, team)
    if len(labels) > MOST_AT_ONCE:
        sentence = f"At most {MOST_AT_ONCE} pages are labelled at once."
        raise invalid("/pages", "too_many_items", sentence)
    _require_known(labels.values())
    queries.lock_teams([team.pk])  # before its pages, as news of them do
    pages = queries.lock_pages(labels)
    if len(pages) < len(labels) or any(page.team_id != team.pk for page in pages):
        raise Absent("not_found", "One of these pages is not here for you.")
    return _give({page: labels[page.pk] for page in pages}, team, by)


@transaction.atomic
def label_rule(
    *, rule: AlertRule, team: Team, label: Label, start: datetime, end: datetime, only_blank: bool = True, by: Principal
) -> int:
    """Label what a rule paged a team in `[start, end)`, those with a label too unless `only_blank`."""
    policies.require_can_label(by, team)
    queries.lock_teams([team.pk])
    wanted = [page.pk for page in queries.list_pages_between(team, start, end).filter(rule=rule)]
    pages = [page for page in queries.lock_pages(wanted) if not (only_blank and page.label)]
    return _give(dict.fromkeys(pages, label.value), team, by)


def _give(labels: Mapping[Page, str], team: Team, by: Principal) -> int:
    """Keep each label that differs as a row of its own, and publish what follows."""
    changed = {page: label for page, label in labels.items() if page.label != label}
    if not changed:
        return 0
    at = clock.now()
    with writing(PageLabel):
        PageLabel.objects.bulk_create(PageLabel(page=page, label=label, given_at=at) for page, label in changed.items())
    by_label: dict[str, list[int]] = {}
    for page, label in changed.items():
        by_label.setdefault(label, []).append(page.pk)
    for label, pks in by_label.items():
        for some in batched(sorted(pks)):
            Page.objects.filter(pk__in=some).update(label=label)
    publish_pages(sorted(page.pk for page in changed))
    said = {label or "none": sorted(pks) for label, pks in by_label.items()}
    audit.record("pages.labelled", subject=team, by=by, data={"pages": said})
    return len(changed)


def _require_known(labels: Iterable[str]) -> None:
    strange = next((label for label in labels if label and label not in set(Label)), None)
    if strange is not None:
        sentence = f"A label is one of {', '.join(Label)}."
        raise invalid("/label", "unknown_value", sentence)
