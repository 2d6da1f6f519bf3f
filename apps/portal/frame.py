"""What the frame of every page needs: navigation, team, theme, zone, and the banner of a fixed business date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from apps.accounts.domain import ANONYMOUS, OwnTeam, Principal
from apps.core import clock
from apps.core.problems import NotSignedIn
from apps.core.templatetags.plumbline import instant_words
from apps.portal.demo import organisation

THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"
THEMES = (("auto", "As the system"), ("light", "Light"), ("dark", "Dark"))


@dataclass(frozen=True)
class Place:
    """An entry of the side navigation; it is the current one when the view's name begins with one of `stems`."""

    label: str
    url_name: str
    stems: tuple[str, ...]


NAV = (
    ("See", (
        Place("Home", "portal:home", ("portal:home",)),
        Place("Leadership", "portal:leadership", ("portal:leadership",)),
        Place("Teams", "portal:team-list", (
            "portal:team", "portal:token", "scorecards:scorecard", "scorecards:note", "incidents:page",
            "incidents:alert-rule", "incidents:on-call",
        )),
        Place("Services", "portal:service-list", ("portal:service", "services:")),
    )),
    ("Agree", (
        Place("Metrics", "portal:metric-list", ("portal:metric", "metrics:adopt", "metrics:defin", "metrics:version")),
        Place("SLOs", "objectives:objective-list", ("objectives:",)),
        Place("Scorecard templates", "scorecards:template-list", ("scorecards:template",)),
        Place("Proposals", "governance:proposal-list", ("governance:proposal", "metrics:wording")),
        Place("Responsibilities", "portal:responsibilities", ("portal:responsibilities", "portal:agreement")),
    )),
    ("Learn", (
        Place("Incidents", "incidents:incident-list", (
            "incidents:incident", "incidents:milestone", "incidents:timeline", "incidents:candidate",
            "incidents:severity-policy", "incidents:retro", "incidents:cause",
        )),
        Place("Actions", "portal:action-list", ("incidents:action", "portal:action")),
        Place("Reviews", "reviews:review-list", ("reviews:",)),
    )),
    ("Trust", (
        Place("Governance", "governance:home", ("governance:home", "governance:change", "incidents:thresholds")),
        Place("Annotations", "portal:annotation-list", ("portal:annotation",)),
        Place("Data health", "portal:data-health", ("portal:data", "portal:import")),
        Place("Audit chain", "portal:audit", ("portal:audit",)),
    )),
)  # fmt: skip
FOOTER = (("Words", "portal:help-words"), ("Roles", "portal:help-roles"))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context for base.html; no query of its own."""
    if request.path.startswith("/admin/"):
        return {}
    principal = _principal(request)
    return {
        "theme": _theme(request),
        "theme_url": reverse("portal:preferences"),
        "theme_choices": [{"value": v, "label": label, "current": v == _theme(request)} for v, label in THEMES],
        "keys_off": request.COOKIES.get(KEYS_COOKIE) == "off",
        "reporting_zone": settings.REPORTING_ZONE,
        "organisation": settings.ORGANISATION_NAME,
        "demo": _banner(),
        "open_tables": request.GET.get("print") == "1",
        "footer_links": _links(FOOTER),
        "reset_url": reverse("notifications:reset") if settings.PLUMBLINE_MAIL else "",
        **_sign_ins(request),
        **(_for_people(request, principal) if principal.is_person else {}),
    }


def _principal(request: HttpRequest) -> Principal:
    """Whoever asks; an error page after a bad token is drawn for nobody."""
    principal: Principal = getattr(request, "principal", ANONYMOUS)
    try:
        known = principal.is_authenticated
    except NotSignedIn:
        return ANONYMOUS
    return principal if known else ANONYMOUS


def _for_people(request: HttpRequest, principal: Principal) -> dict[str, Any]:
    return {
        "nav": _nav(request),
        "scope": _scope(principal.own_teams),
        "search_url": reverse("portal:search"),
        "header_links": [_inbox(request), *_links((("Help", "portal:help-words"), ("Account", "portal:account")))],
    }


def _inbox(request: HttpRequest) -> dict[str, Any]:
    """The inbox with its unread threads, which were counted when the person was read."""
    return {"label": "Inbox", "url": reverse("notifications:inbox"), "count": getattr(request.user, "unread_count", 0)}


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of places that exist; a place whose pages are not installed is absent."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    groups = [{"label": label, "items": list(_places(places, here))} for label, places in NAV]
    return [group for group in groups if group["items"]]


def _places(places: Iterable[Place], here: str) -> Iterable[dict[str, Any]]:
    for place in places:
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        yield {"label": place.label, "url": url, "current": here.startswith(place.stems)}


def _scope(teams: Sequence[OwnTeam]) -> Mapping[str, Any] | None:
    """The team switcher: my teams, and the list of all."""
    if not teams:
        return None
    mine = [{"label": team.name, "url": reverse("portal:team", args=[team.slug])} for team in teams]
    every = {"label": "All teams", "url": reverse("portal:team-list")}
    return {"label": f"Team: {teams[0].name}", "url": mine[0]["url"], "choices": [*mine, every]}


def _links(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "url": reverse(name)} for label, name in pairs]


def _theme(request: HttpRequest) -> str:
    """The person's setting, else the browser's cookie, else as the system."""
    user = getattr(request, "user", None)
    chosen = user.theme if user is not None and user.is_authenticated else request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in dict(THEMES) else "auto"


def _sign_ins(request: HttpRequest) -> dict[str, Any]:
    """Who may be tried out, on the sign-in page of the demonstration only."""
    match = request.resolver_match
    if not settings.PLUMBLINE_DEMO or match is None or match.view_name != settings.LOGIN_URL:
        return {}
    people = [
        {"who": kind.capitalize(), "name": name, "email": organisation.mail_of(name)}
        for kind, name in organisation.SIGN_INS
    ]
    return {"sign_ins": people, "sign_in_password": organisation.PASSWORD}


def _banner() -> str:
    if not settings.PLUMBLINE_AS_OF:
        return ""
    day = instant_words(clock.as_of().astimezone(clock.reporting_zone()))
    return f"Demonstration on recorded data: everything is read as of {day}."
