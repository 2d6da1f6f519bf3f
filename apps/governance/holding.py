"""Who holds which role, for one proposal or for many: without what an author of it gave since it began."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db.models import BigIntegerField, CharField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.models import RoleGrant
from apps.audit.models import AuditEvent
from apps.governance.domain.consent import Holders
from apps.teams.models import Membership

TEAM, GROUP, ORGANISATION, GIVEN = "team", "group", "organisation", "given"
Key = TypeVar("Key")


@dataclass(frozen=True)
class Given:
    """Roles that some people gave, or changed, since an instant: nobody agrees to a proposal by one of its authors."""

    by: frozenset[int] = frozenset()
    since: datetime | None = None


class Row(NamedTuple):
    """A role that somebody holds; or, in the same shape, that the actor `held` gave the role `name` at an instant."""

    place: str
    of: int
    held: str
    who: int
    name: str
    at: datetime


def holders_at(at: datetime, team_ids: Collection[int], *, but: Given = Given()) -> Holders:
    """Who holds which role at an instant, of some teams, their groups and the organisation; one query."""
    [found] = list_holders(at, team_ids, [but])
    return found


def list_holders(at: datetime, team_ids: Collection[int], givens: Sequence[Given]) -> list[Holders]:
    """The same for several proposals, each without what its own authors gave; one query for all of them."""
    rows = _rows(at, list(team_ids), givens)
    gifts = [row for row in rows if row.place == GIVEN]
    held = [row for row in rows if row.place != GIVEN]
    known: dict[frozenset[str], Holders] = {}
    found = []
    for given in givens:
        without = _named(given, gifts)
        if without not in known:
            known[without] = _holders([row for row in held if row.name not in without])
        found.append(known[without])
    return found


def holds_somewhere(person: int, role: str, at: datetime, *, but: Given = Given()) -> bool:
    """True when an active person holds a role in any team or group at an instant."""
    standing = Membership.objects.standing(at).filter(user_id=person, role=role, user__is_active=True)
    rows = list(_as_rows(standing, TEAM, Value(0, BigIntegerField())).union(*_gifts([but]), all=True))
    shaped = [Row(*row) for row in rows]
    without = _named(but, [row for row in shaped if row.place == GIVEN])
    return any(row.place != GIVEN and row.name not in without for row in shaped)


def _rows(at: datetime, ids: list[int], givens: Sequence[Given]) -> list[Row]:
    standing = Membership.objects.standing(at).filter(user__is_active=True)
    in_force = Q(until_at=None) | Q(until_at__gt=at)
    grants = RoleGrant.objects.filter(in_force, from_at__lte=at, user__is_active=True)
    own = _as_rows(standing.filter(team_id__in=ids), TEAM, F("team_id"))
    upper = _as_rows(standing.filter(group__teams__id__in=ids), GROUP, F("group__teams__id"))
    whole = _as_rows(grants, ORGANISATION, Value(0, BigIntegerField()))
    return [Row(*row) for row in own.union(upper, whole, *_gifts(givens), all=True)]


def _as_rows(rows: QuerySet[Any], place: str, of: Any) -> QuerySet[Any, Any]:
    """Roles in the one shape: where they are held, of which team, the role, the person, and their name in the audit."""
    shaped = rows.annotate(place=Value(place, CharField()), of=of, held=F("role"), who=F("user_id"), at=F("from_at"))
    named: QuerySet[Any] = shaped.annotate(name=_name_of(rows.model))
    return named.values_list("place", "of", "held", "who", "name", "at")


def _name_of(model: type[Model]) -> Concat:
    return Concat(Value(_prefix(model)), Cast("pk", CharField()))


def _prefix(model: type[Model]) -> str:
    return f"{model._meta.label_lower}:"


def _gifts(givens: Iterable[Given]) -> list[QuerySet[Any, Any]]:
    """What the audit chain says of roles that the authors gave or changed since the first of the proposals began."""
    known = [(given.by, given.since) for given in givens if given.by and given.since is not None]
    if not known:
        return []
    actors = {f"user:{pk}" for by, _ in known for pk in by}
    roles = Q(subject__startswith=_prefix(Membership)) | Q(subject__startswith=_prefix(RoleGrant))
    acts = AuditEvent.objects.filter(roles, actor__in=actors, at__gte=min(since for _, since in known))
    nobody = Value(0, BigIntegerField())
    shaped = acts.annotate(place=Value(GIVEN, CharField()), of=nobody, held=F("actor"), who=nobody, name=F("subject"))
    return [shaped.values_list("place", "of", "held", "who", "name", "at")]


def _named(given: Given, gifts: Iterable[Row]) -> frozenset[str]:
    """Names of the roles that do not count for a proposal."""
    if given.since is None:
        return frozenset()
    givers = {f"user:{pk}" for pk in given.by}
    return frozenset(gift.name for gift in gifts if gift.held in givers and gift.at >= given.since)


def _holders(rows: Sequence[Row]) -> Holders:
    return Holders(
        team=_gathered(((row.of, row.held), row.who) for row in rows if row.place == TEAM),
        group=_gathered(((row.of, row.held), row.who) for row in rows if row.place == GROUP),
        organisation=_gathered((row.held, row.who) for row in rows if row.place == ORGANISATION),
    )


def _gathered(pairs: Iterable[tuple[Key, int]]) -> Mapping[Key, frozenset[int]]:
    found: dict[Key, set[int]] = {}
    for key, person in pairs:
        found.setdefault(key, set()).add(person)
    return {key: frozenset(people) for key, people in found.items()}
