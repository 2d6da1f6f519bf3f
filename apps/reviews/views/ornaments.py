"""The page on which a metric that decides nothing is kept, or taken further."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.calendar_words import day_words
from apps.reviews import operations, policies, queries
from apps.reviews.forms.targets import KeepForm
from apps.reviews.ornaments import present_seen


@access(Access.TEAM_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def ornament(request: PageRequest, slug: str) -> HttpResponse:
    """What two quarters saw of a definition, and the three answers where no decision cites it."""
    require_known(request)
    seen = queries.get_seen(slug)
    policies.require_can_answer_ornament(request.principal, seen.definition)
    form = KeepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        kept = operations.keep_definition(definition=seen.definition, **form.cleaned_data, by=request.principal)
        messages.success(request, f"{seen.name} stays. It is asked again from {day_words(kept.asks_again_on)} on.")
        return redirect("governance:home")
    crumbs = [{"label": "Governance", "url": reverse("governance:home")}, {"label": "Is it used?"}]
    context = {
        "heading": f"{seen.name}: is it used?", "crumbs": crumbs, **present_seen(seen), "form": form,
        "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "reviews/ornament.html", context, status=422 if form.errors else 200)
