"""Filters of pages, alert rules and on-call profiles; none by a measure, a stage or a person."""

from django_filters import rest_framework as filters

from apps.core.filtering import InstantFilter, StrictFilterSet
from apps.incidents.domain.page_words import Bucket, Label, Signal, Urgency


class PageFilter(StrictFilterSet):
    """Pages by place, time and what they were."""

    team = filters.CharFilter(field_name="team__slug")
    service = filters.CharFilter(field_name="service__slug")
    rule = filters.NumberFilter(field_name="rule_id")
    urgency = filters.ChoiceFilter(choices=[(u.value, u.value) for u in Urgency])
    bucket = filters.ChoiceFilter(choices=[(b.value, b.value) for b in Bucket])
    label = filters.ChoiceFilter(choices=[(x.value, x.value) for x in Label])
    is_labelled = filters.BooleanFilter(method="filter_labelled")
    fired_at__gte = InstantFilter(field_name="fired_at", lookup_expr="gte")
    fired_at__lt = InstantFilter(field_name="fired_at", lookup_expr="lt")

    def filter_labelled(self, rows: object, _name: str, value: bool) -> object:
        """Those with a label, or those without."""
        return rows.exclude(label="") if value else rows.filter(label="")  # type: ignore[attr-defined]


class AlertRuleFilter(StrictFilterSet):
    """Rules by service and by what they watch."""

    service = filters.CharFilter(field_name="service__slug")
    signal = filters.ChoiceFilter(choices=[(s.value, s.value) for s in Signal])


class OnCallProfileFilter(StrictFilterSet):
    """Profiles by team."""

    team = filters.CharFilter(field_name="team__slug")
