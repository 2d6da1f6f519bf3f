"""What is measured: the page of an SLI, and the calculator, which stores nothing."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.faults import Faults
from apps.objectives.domain.promises import read_promise
from apps.objectives.forms.calculating import CalculatorForm
from apps.objectives.presenting_calculator import present_result
from apps.objectives.presenting_indicator import present_indicator
from apps.objectives.queries.indicator_page import get_indicator_page

SLICE_SECONDS = 300
START = {"target": "0.997", "days": 28, "recent_bad": 0, "recent_counted": 0}
ASKED = tuple(CalculatorForm.base_fields)
WRONG = 422


@access(Access.SHARED_READ)
@reads()
def indicator(request: PageRequest, slug: str) -> HttpResponse:
    """An SLI: what counts and what of it is good, how the counts come, what stands on it."""
    page = get_indicator_page(slug, request.principal)
    return render(request, "objectives/indicator.html", present_indicator(page, request.principal))


@access(Access.SHARED_READ)
@reads(*ASKED)
def calculator(request: PageRequest) -> HttpResponse:
    """A promise and counts in, a result out; its address can be sent to somebody."""
    is_asked = "target" in request.GET
    form = CalculatorForm(request.GET if is_asked else None, initial=START)
    context: dict[str, Any] = {
        "heading": "Calculator",
        "crumbs": [
            {"label": "SLOs", "url": reverse("objectives:objective-list")}, {"label": "Calculator", "url": ""},
        ],
        "form": form,
        "result": None,
    }  # fmt: skip
    if is_asked and form.is_valid():
        faults = Faults()
        promise = read_promise(form.document(), faults, slice_seconds=SLICE_SECONDS)
        if promise is None:
            for fault in faults.found:
                form.add_error("target" if fault.pointer == "/target" else "days", fault.detail)
        else:
            context["result"] = present_result(promise, form.cleaned_data, SLICE_SECONDS)
    context["has_errors"] = bool(form.errors)
    return render(request, "objectives/calculator.html", context, status=WRONG if form.errors else 200)
