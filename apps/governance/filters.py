"""Filters of the list of proposals."""

from django_filters import rest_framework as filters

from apps.core.filtering import StrictFilterSet
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal


class ProposalFilter(StrictFilterSet):
    """Proposals in a state, of a kind, about one object, of a team."""

    state = filters.ChoiceFilter(choices=[(s.value, s.name) for s in ProposalState], help_text="State.")
    kind = filters.CharFilter(field_name="items__kind", distinct=True, help_text="Key of a governed kind.")
    key = filters.CharFilter(field_name="items__key", distinct=True, help_text="Key of the object that changes.")
    team = filters.CharFilter(field_name="owner_team__slug", help_text="Slug of the owning team.")

    class Meta:
        model = Proposal
        fields = ["state", "kind", "key", "team"]
