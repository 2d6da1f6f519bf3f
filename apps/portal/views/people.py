"""The reader's own page and the settings of the frame."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.accounts import operations as accounts
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.portal.forms import KeysForm, ThemeForm
from apps.portal.frame import KEYS_COOKIE, THEME_COOKIE
from apps.portal.queries.people import list_roles

YEAR = 365 * 24 * 60 * 60


@access(Access.SIGNED_IN)
@reads()
def account(request: PageRequest) -> HttpResponse:
    """Who is signed in, with which roles, and the way out."""
    roles = [{"role": role, "place": place} for role, place in list_roles(request.principal)]
    return render(request, "portal/account.html", {"heading": "Account", "roles": roles})


@access(Access.PUBLIC)
@require_POST
def preferences(request: PageRequest) -> HttpResponse:
    """Keep the chosen theme: with the person, and in a cookie for the pages before sign-in."""
    form = ThemeForm(request.POST)
    response = redirect(_way_back(request))
    if not form.is_valid():
        messages.error(request, "Choose a theme: auto, light or dark.")
        return response
    theme = form.cleaned_data["theme"]
    if request.user.is_authenticated:
        accounts.set_theme(theme=theme, user=request.user)
    response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    return response


@access(Access.SIGNED_IN)
@require_POST
def keys(request: PageRequest) -> HttpResponse:
    """Switch single keys off or on, in a cookie: what a key collides with is a matter of the browser at hand."""
    form = KeysForm(request.POST)
    response = redirect("portal:account")
    if not form.is_valid():
        messages.error(request, "Switch the keys on or off.")
        return response
    chosen = form.cleaned_data["keys"]
    messages.success(request, f"The keys are switched {chosen} in this browser.")
    response.set_cookie(KEYS_COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    return response


def _way_back(request: PageRequest) -> str:
    """The page the switch was pressed on; never another host."""
    wanted = request.POST.get("next", "/")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/"
