"""Actions as a reader may be told of them: the cause that one works on may be known to fewer than the action."""

from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts.domain import Principal
from apps.incidents.models import Action
from apps.incidents.queries import causes, follow_up


def list_shown(by: Principal) -> QuerySet[Action]:
    """Actions this reader may see, with `sees_cause`: whether there is a known cause that may be named."""
    named = causes.visible_causes(by).filter(pk=OuterRef("known_cause_id"))
    return follow_up.list_actions(by).annotate(sees_cause=Exists(named))


def get_shown(pk: int, *, by: Principal) -> Action:
    """One of them with whoever it names; raises `Absent`."""
    action = follow_up.get_action(pk, by=by)
    named = [action.known_cause_id] if action.known_cause_id is not None else []
    action.sees_cause = bool(causes.known_ids(named, by))  # type: ignore[attr-defined]
    return action
