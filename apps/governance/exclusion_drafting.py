"""What a proposal writes about exemptions and freezes, read beside what stands; raises `Invalid` with all faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from apps.core import clock
from apps.core.periods import local_midnight
from apps.core.problems import Absent, Conflict, FieldProblem, Invalid
from apps.governance import exclusion_queries as queries
from apps.governance.domain import exemptions, freezes
from apps.governance.domain.exemptions import ExemptionKind, Scope, Standing
from apps.governance.domain.freezes import Days
from apps.governance.domain.kinds import Item
from apps.governance.domain.upstairs import FactsAsked, upstairs
from apps.governance.models import Exemption, FreezeWindow
from apps.services import queries as services
from apps.services.models import Service
from apps.teams.models import Team

EXEMPTION_KEYS = ("kind", "team", "service", "definitions", "facts", "slice", "starts_at", "expires_at")
FREEZE_KEYS = ("name", "team", "starts_on", "last_on")


@dataclass(frozen=True)
class ExemptionDraft:
    """An exemption as asked for, with what it refers to."""

    kind: ExemptionKind
    team: Team
    service: Service | None
    definitions: Mapping[str, str]  # names by short name
    facts: list[dict[str, str]]
    slice: dict[str, Any]
    starts_at: datetime
    expires_at: datetime
    renewed: Standing | None
    # Of an exemption from budgets: names by short name, keys (none: all), why.
    objectives: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True)
class FreezeDraft:
    """A freeze as asked for."""

    name: str
    team: Team | None
    days: Days


class Reader:
    """Reads the fields of one content, noting every fault with its place."""

    def __init__(self, content: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self.content = content
        self.problems = [
            FieldProblem(f"/{key}", "unknown_key", f"There is no {key} here. Known: {', '.join(known)}.")
            for key in content
            if key not in known
        ]

    def note(self, pointer: str, code: str, words: str) -> None:
        """Note one fault at its place."""
        self.problems.append(FieldProblem(pointer, code, words))

    def text(self, key: str) -> str:
        """A text, without spaces around it; empty where none is said."""
        value = self.content.get(key, "")
        if isinstance(value, str):
            return value.strip()
        self.note(f"/{key}", "wrong_type", "This is a text.")
        return ""

    def listed(self, key: str, of: type) -> list[Any]:
        """A list of one type; empty where none is said."""
        value = self.content.get(key) or []
        if isinstance(value, list) and all(isinstance(one, of) for one in value):
            return value
        self.note(f"/{key}", "wrong_type", "This is a list.")
        return []

    def team(self, slug: str) -> Team | None:
        """The open team of that short name."""
        team = Team.objects.filter(slug=slug, closed_on=None).first()
        if team is None:
            self.note("/team", "unknown_value", f"There is no open team {slug[:50]!r}.")
        return team

    def day(self, key: str) -> date | None:
        """A day."""
        text = self.text(key)
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.note(f"/{key}", "required" if not text else "not_a_day", "Write a day, such as 2026-08-03.")
            return None

    def instant(self, key: str) -> datetime | None:
        """A day (its local midnight) or an instant with its offset."""
        text = self.text(key)
        try:
            if len(text) == len("2026-08-03"):
                return local_midnight(date.fromisoformat(text), clock.reporting_zone())
            found = datetime.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            if text:  # an absent expiry is told by the limits
                self.note(f"/{key}", "not_an_instant", "Write a day, or an instant with its offset.")
            return None
        return found

    def refuse(self) -> None:
        """Raise `Invalid` when anything was noted."""
        if self.problems:
            placed = [FieldProblem(f"/content{p.pointer}", p.code, p.detail) for p in self.problems]
            raise Invalid("validation_failed", "Some fields need attention.", placed)


def read_exemption(item: Item) -> ExemptionDraft:
    """An exemption to be created; raises `Invalid` with every fault."""
    reader = Reader(item.content, EXEMPTION_KEYS)
    team, service = _place(reader)
    kind = _kind(reader)
    definitions = _definitions(reader)
    facts, slice_ = _facts(reader, list(definitions))
    starts_at, expires_at = reader.instant("starts_at"), reader.instant("expires_at")
    if starts_at is None and not reader.text("starts_at"):
        reader.note("/starts_at", "required", "An exemption names the day from which it holds.")
    renewed = None
    if team is not None and starts_at is not None:
        what = queries.what_of(facts, slice_)
        scope = Scope(kind, team.pk, service.pk if service else None, frozenset(definitions), what)
        renewed = exemptions.find_renewed(scope, starts_at, queries.list_standing(team.pk))
        reader.problems += exemptions.find_limit_problems(
            starts_at=starts_at, expires_at=expires_at, definitions=reader.listed("definitions", str),
            facts=len(facts), renewals=renewed.renewals + 1 if renewed else 0,
        )  # fmt: skip
    reader.refuse()
    if team is None or starts_at is None or expires_at is None:
        raise Invalid("validation_failed", "Some fields need attention.")
    return ExemptionDraft(
        ExemptionKind(kind), team, service, definitions, facts, slice_, starts_at, expires_at, renewed
    )


def _place(reader: Reader) -> tuple[Team | None, Service | None]:
    """The team, or the service with the team that owns it today."""
    team_slug, service_slug = reader.text("team"), reader.text("service")
    if bool(team_slug) == bool(service_slug):
        reader.note("/team", "one_of_them", "Name a team or a service, one of them.")
        return None, None
    if team_slug:
        return reader.team(team_slug), None
    try:
        service = services.get_service(service_slug)
    except Absent:
        reader.note("/service", "unknown_value", f"There is no service {service_slug[:50]!r}.")
        return None, None
    owner_id = services.owner_id_at(service, clock.as_of())
    team = Team.objects.filter(pk=owner_id).first() if owner_id is not None else None
    if team is None:
        reader.note("/service", "unowned", "Nobody owns this service, so nobody can ask for an exemption.")
    return team, service


def _kind(reader: Reader) -> str:
    kind = reader.text("kind")
    if kind not in set(ExemptionKind):
        reader.note("/kind", "unknown_value", f"A kind is one of {', '.join(ExemptionKind)}.")
    return kind


def _definitions(reader: Reader) -> dict[str, str]:
    """Named definitions that exist, each once, with their names."""
    named, known = reader.listed("definitions", str), upstairs.definition_names()
    for slug in named:
        if slug not in known:
            reader.note("/definitions", "unknown_value", f"There is no definition {slug[:50]!r}.")
    return {slug: known[slug] for slug in sorted(set(named)) if slug in known}


def _facts(reader: Reader, definitions: list[str]) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Single facts or a slice, not both; apps further up know the sources and their fields."""
    facts, slice_ = reader.listed("facts", dict), reader.content.get("slice") or {}
    if not isinstance(slice_, dict):
        reader.note("/slice", "wrong_type", "This is an object with facts and where.")
        slice_ = {}
    if facts and slice_:
        reader.note("/slice", "one_of_them", "Name single facts or describe a slice, one of them.")
    if (facts or slice_) and reader.content.get("kind") == ExemptionKind.PAUSE_JUDGING:
        reader.note("/facts", "not_applicable", "Judging is paused for whole periods; facts and slices are for data.")
    reader.problems += upstairs.find_fact_problems(FactsAsked(definitions, facts, slice_))
    return facts, slice_


def read_freeze(item: Item) -> FreezeDraft:
    """A freeze to be created; raises `Invalid` with every fault."""
    reader = Reader(item.content, FREEZE_KEYS)
    slug = reader.text("team")
    team = reader.team(slug) if slug else None
    starts_on, last_on = reader.day("starts_on"), reader.day("last_on")
    name = reader.text("name")
    if starts_on is not None and last_on is not None:
        reader.problems += freezes.find_limit_problems(name, Days(starts_on, last_on))
    reader.refuse()
    if starts_on is None or last_on is None:
        raise Invalid("validation_failed", "Some fields need attention.")
    return FreezeDraft(name, team, Days(starts_on, last_on))


def read_ending_exemption(item: Item) -> Exemption:
    """The exemption to be ended; raises `Absent`, or `Conflict` when nothing is left to end.

    One that leaves slices out of budgets is withdrawn as a whole, after its last day too: they count again.
    """
    row = queries.find_exemption(item.key)
    if row is None:
        raise Absent("not_found", f"There is no exemption {item.key[:20]!r}.")
    is_withdrawn = row.kind == ExemptionKind.EXCLUDE_SLICES
    if row.ended_at is not None or (row.expires_at <= clock.as_of() and not is_withdrawn):
        raise Conflict("already_over", f"{row} is over already.")
    return row


def read_ending_freeze(item: Item) -> FreezeWindow:
    """The freeze to be ended; raises `Absent`, or `Conflict` when nothing is left to end."""
    row = queries.find_freeze(item.key)
    if row is None:
        raise Absent("not_found", f"There is no freeze {item.key[:20]!r}.")
    if row.ended_at is not None or row.last_on < clock.today():
        raise Conflict("already_over", f"{row} is over already.")
    return row
