"""The page of an action: what was committed to, and what moved around it."""

from django.http import HttpResponse
from django.shortcuts import render

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.portal.context.follow_up import action_context
from apps.portal.queries.follow_up import get_action_page


@access(Access.SHARED_READ)
@reads()
def action(request: PageRequest, pk: int) -> HttpResponse:
    """One action with its dates, evidence, the acts that are possible now, and its effect."""
    page = get_action_page(pk, by=request.principal)
    context = {**action_context(page, request.principal), "is_filed": page.is_filed}
    return render(request, "portal/action.html", context)
