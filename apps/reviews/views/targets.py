"""Pages of target reviews."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.accounts.domain import ROLE_WORDS
from apps.core.access import Access, access
from apps.core.asking import PageRequest, reads
from apps.core.problems import Invalid, Outdated, Unreadable
from apps.reviews import operations, policies, queries
from apps.reviews.domain.content import find_row
from apps.reviews.domain.seats import SeatRole, open_roles
from apps.reviews.domain.states import ReviewState
from apps.reviews.forms.targets import AnswerForm, SignForm
from apps.reviews.models import TargetReview
from apps.reviews.presenting_targets import closed_words, present_review, present_signatures

FIELDS = {"/reason": "reason", "/heroic_reason": "heroic"}
EDITED = "Saved. Signatures of the content before no longer count."


@access(Access.TEAM_READ)
@reads()
def target_review(request: PageRequest, pk: int) -> HttpResponse:
    """One review: actual and target, what changed, next targets, signatures."""
    return _page(request, queries.get_review(pk, by=request.principal))


@access(Access.SIGN)
@require_POST
def review_open(request: PageRequest, pk: int) -> HttpResponse:
    """Begin the discussion."""
    review = queries.get_review(pk, by=request.principal)
    operations.open_review(review=review, by=request.principal)
    messages.success(request, "Opened. The values are fixed now; answer the drafted targets, then sign.")
    return redirect("reviews:target-review", pk)


@access(Access.SIGN)
@require_POST
def draft_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Accept, edit or drop one drafted target."""
    review = queries.get_review(pk, by=request.principal)
    policies.require_can_edit(request.principal, review, queries.get_seats(review.team))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, review, form, _located(form), status=422)
    row = find_row(review.content, form.cleaned_data["definition"])
    answer = form.answer(row["entry"]["size"] if row else "1")
    try:
        operations.edit_draft(review=review, by=request.principal, **answer)
    except Invalid as problem:
        problems = [{"text": error.detail, "pointer": error.pointer} for error in problem.errors]
        return _page(request, review, form, problems, status=422)
    except Outdated:
        return _page(request, queries.get_review(pk, by=request.principal), form, status=412)
    messages.success(request, EDITED)
    return redirect(f"{reverse('reviews:target-review', args=[pk])}#next")


@access(Access.SIGN)
@require_POST
def review_sign(request: PageRequest, pk: int) -> HttpResponse:
    """Agree to the content that was read."""
    review = queries.get_review(pk, by=request.principal)
    policies.require_seat(request.principal, review, queries.get_seats(review.team))
    form = SignForm(request.POST)
    if not form.is_valid():
        raise Unreadable("parameter_invalid", "Send the role and the hash of the content that you read.")
    data = form.cleaned_data
    signed = operations.sign_review(
        review=review, role=SeatRole(data["role"]), content_sha256=data["content_sha256"], by=request.principal
    )
    messages.success(request, _signed_words(signed))
    return redirect("reviews:target-review", pk)


def _signed_words(review: TargetReview) -> str:
    if review.state == ReviewState.CLOSED:
        return closed_words(review)
    waiting = " and ".join(ROLE_WORDS[role] for role in open_roles(queries.list_signed(review)))
    return f"Signed. It waits for: {waiting}."


def _located(form: AnswerForm) -> list[dict[str, Any]]:
    return [{"text": text, "pointer": f"/{name}"} for name, texts in form.errors.items() for text in texts]


def _page(
    request: PageRequest,
    review: TargetReview,
    form: AnswerForm | None = None,
    problems: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; a form that comes back keeps what was typed beside what is stored now."""
    by, is_closed = request.principal, review.state == ReviewState.CLOSED
    seats = [] if is_closed else queries.get_seats(review.team)
    context = present_review(review)
    _put_back(context["next_rows"], form, problems or [])
    is_open = review.state == ReviewState.IN_DISCUSSION
    context |= {
        "heading": f"Target review of {context['team']['name']}, {context['quarter']}",
        "crumbs": [{"label": "Reviews", "url": reverse("reviews:review-list")}, {"label": context["quarter"]}],
        "signatures": present_signatures(review, seats),
        "can_open": review.state == ReviewState.GENERATED and policies.can_take_part(by, seats),
        "can_edit": is_open and policies.can_edit(by, review, seats),
        "signable": _signable(request, review, seats) if is_open else [],
        "open_count": sum(row.get("is_open", False) for row in context["next_rows"]),
        "closed_words": closed_words(review) if is_closed else "",
        "is_outdated": status == 412,
        "problems": problems or [],
        "has_errors": bool(problems),
    }
    return render(request, "reviews/target_review.html", context, status=status)


def _signable(request: PageRequest, review: TargetReview, seats: list[Any]) -> list[dict[str, str]]:
    found = policies.signable_seats(request.principal, seats, queries.list_signed(review))
    return [{"role": seat.role.value, "words": ROLE_WORDS[seat.role]} for seat in found]


def _put_back(rows: list[dict[str, Any]], form: AnswerForm | None, problems: list[dict[str, Any]]) -> None:
    """What was typed returns to its row, with the errors beside it."""
    for row in rows:
        if form is None or row["definition"] != form.data.get("definition"):
            continue
        row["stored"] = {"target": row.get("target", ""), "answer": row.get("answer", "")}
        row["typed"], row["reason"] = form.data.get("value", ""), form.data.get("reason", "")
        row["heroic_reason"], row["problems"] = form.data.get("heroic_reason", ""), problems
        row["is_put_back"] = True
        for problem in problems:
            problem["field"] = f"{row['id']}-{FIELDS.get(problem['pointer'], 'value')}"
