"""How pages read their address: known parameters only, offered orders only, one page of fifty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.core.periods import Grain, Period, UnknownPeriod, parse_period
from apps.core.problems import Unreadable

PER_PAGE = 50
MOST_DIGITS = 9
EVERYWHERE = frozenset({"print"})


class PageRequest(HttpRequest):
    """What a page's view receives: the request as the middlewares leave it."""

    principal: Any
    htmx: Any


View = TypeVar("View", bound=Callable[..., HttpResponse])


def reads(*known: str) -> Callable[[View], View]:
    """A page that is only read: GET or HEAD, with these query parameters; any other one is refused by name."""

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require_known(request, *known)
            return view(request, *args, **kwargs)

        return require_safe(checked)  # type: ignore[return-value]

    return wrap


def require_known(request: HttpRequest, *known: str) -> None:
    """Raise 400 for a query parameter this page does not read."""
    strange = sorted(set(request.GET) - EVERYWHERE - set(known))
    if strange:
        offered = ", ".join(sorted(known)) or "none"
        raise Unreadable("unknown_parameter", f"This page does not read {strange[0]!r}. It reads: {offered}.")


def read_choice(request: HttpRequest, name: str, offered: Sequence[str]) -> str:
    """The chosen one of `offered` (default: the first); raises 400 naming all of them."""
    chosen = request.GET.get(name, offered[0])
    if chosen not in offered:
        raise Unreadable("ordering_not_offered" if name == "order" else "unknown_parameter",
                         f"{name} is one of {', '.join(offered)}; {chosen!r} is not offered.")  # fmt: skip
    return chosen


def choice_links(request: HttpRequest, name: str, offered: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Links that choose one of `offered` (value and label; default: the first) and keep what else was asked."""
    chosen, found = request.GET.get(name, offered[0][0]), []
    for value, label in offered:
        query = request.GET.copy()
        query.pop("page", None)
        query[name] = value
        found.append({"label": label, "url": f"?{query.urlencode()}", "current": value == chosen})
    return found


def week_named(name: str, text: str) -> Period:
    """The week that a parameter names; raises 400 for anything else."""
    try:
        period = parse_period(text[:20])
    except UnknownPeriod as fault:
        raise Unreadable("unknown_parameter", str(fault)) from None
    if period.grain is not Grain.WEEK:
        raise Unreadable("unknown_parameter", f"{name} is a week such as 2026-W34.")
    return period


@dataclass(frozen=True)
class Slice:
    """One page of a list, and what the pager says."""

    rows: list[Any]
    pager: dict[str, str]


def read_page(request: HttpRequest, rows: Any, per_page: int = PER_PAGE) -> Slice:
    """The page `?page=` of rows in a stable order; raises 400 for a page that is no number or does not exist."""
    pages = Paginator(rows, per_page)
    wanted = request.GET.get("page", "1")
    if len(wanted) > MOST_DIGITS or not wanted.isdecimal() or not 1 <= int(wanted) <= pages.num_pages:
        raise Unreadable("unknown_parameter", f"page is a number from 1 to {pages.num_pages}.")
    page = pages.page(int(wanted))
    pager = {"text": f"{page.start_index()} to {page.end_index()} of {pages.count}", "previous_url": "", "next_url": ""}
    if page.has_previous():
        pager["previous_url"] = _with(request, page.previous_page_number())
    if page.has_next():
        pager["next_url"] = _with(request, page.next_page_number())
    return Slice(list(page.object_list), pager)


def _with(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
