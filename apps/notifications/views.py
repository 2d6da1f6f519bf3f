"""Pages of a person's own: the inbox, what is mailed; and the way to a new password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.access import Access, access
from apps.core.asking import PageRequest, read_choice, read_page, reads, require_known
from apps.core.problems import Absent, Unreadable
from apps.notifications import operations, queries
from apps.notifications.forms import AskResetForm, MailForm, MuteForm, NewPasswordForm, ReadForm
from apps.notifications.presenting import newest_of, present_thread

THREADS_A_PAGE = 20
SHOWN = (("unread", "Unread"), ("all", "All"))


@access(Access.PERSON)
@reads("show", "page")
def inbox(request: PageRequest) -> HttpResponse:
    """What concerns the reader, one thread for each object, the newest first."""
    show = read_choice(request, "show", [value for value, _ in SHOWN])
    keys = queries.list_threads(request.principal, unread_only=show == "unread")
    page = read_page(request, keys, THREADS_A_PAGE)
    threads = queries.read_threads(request.principal, page.rows)
    context = {
        "heading": "Inbox",
        "show": show,
        "shown": [{"value": value, "label": label, "current": value == show} for value, label in SHOWN],
        "threads": [present_thread(place, thread) for place, thread in enumerate(threads, 1)],
        "until": newest_of(threads),
        "has_unread": any(thread.unread_count for thread in threads),
        "pager": page.pager,
    }
    return render(request, "notifications/inbox.html", context)


@access(Access.PERSON)
@require_POST
def inbox_read(request: PageRequest) -> HttpResponse:
    """Mark a thread, or everything that was shown, as read."""
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise Unreadable("parameter_invalid", "Send the thread and the notice that was seen last.")
    about, until = form.cleaned_data["about"], form.cleaned_data["until"]
    if about:
        operations.mark_thread_read(about=about, until=until, by=request.principal)
    else:
        operations.mark_read(until=until, by=request.principal)
    messages.success(request, "Marked as read.")
    return redirect("notifications:inbox")


@access(Access.PERSON)
@require_POST
def inbox_mute(request: PageRequest) -> HttpResponse:
    """Mute a thread, or hear of it again."""
    form = MuteForm(request.POST)
    if not form.is_valid():
        raise Unreadable("parameter_invalid", "Send the thread, and whether it is muted.")
    muted = form.cleaned_data["muted"] == "yes"
    operations.set_muted(about=form.cleaned_data["about"], muted=muted, by=request.principal)
    said = "Muted. Its news stands under All, as read." if muted else "You hear of it again."
    messages.success(request, said)
    return redirect("notifications:inbox")


@access(Access.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: PageRequest) -> HttpResponse:
    """How each kind of notice is mailed to the reader."""
    require_known(request)
    if request.method == "POST":
        form = MailForm(request.POST)
        if form.is_valid():
            operations.choose_mail(wishes=form.wishes(), by=request.principal)
            messages.success(request, "Kept. It holds for what is told from now on.")
            return redirect("notifications:settings")
    else:
        form = MailForm(wishes=queries.get_wishes(request.principal))
    context = {"heading": "What is mailed to you", "form": form, "has_errors": form.is_bound,
               "has_mail_server": settings.PLUMBLINE_MAIL}  # fmt: skip
    return render(request, "notifications/settings.html", context, status=422 if form.is_bound else 200)


class ByLetter:
    """Pages that work by letters alone: without a mail server they are not there."""

    access = Access.PUBLIC

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """405 for what the page does not offer, 404 without a mail server."""
        # The framework's page of a wrong link answers whatever method; this one looks first.
        if (request.method or "").lower() not in self.http_method_names:  # type: ignore[attr-defined]
            refused: HttpResponse = self.http_method_not_allowed(request, *args, **kwargs)  # type: ignore[attr-defined]
            return refused
        if not settings.PLUMBLINE_MAIL:
            raise Absent("not_found", "Nothing is here for you.")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without the framework's own title, which is not in our words."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"title": ""}

    def form_invalid(self, form: Any) -> HttpResponse:
        """Refusals answer 422 and keep what was typed, but for passwords."""
        context = self.get_context_data(form=form, has_errors=True)
        answer: HttpResponse = self.render_to_response(context, status=422)  # type: ignore[attr-defined]
        return answer


class AskReset(ByLetter, auth_views.PasswordResetView):
    """Ask for a letter; a known and an unknown address read the same."""

    http_method_names = ["get", "head", "post"]
    form_class = AskResetForm  # type: ignore[assignment]
    template_name = "notifications/reset_ask.html"
    success_url = reverse_lazy("notifications:reset-asked")


class ResetAsked(ByLetter, auth_views.PasswordResetDoneView):
    """What happens next."""

    http_method_names = ["get", "head"]
    template_name = "notifications/reset_asked.html"


class ConfirmReset(ByLetter, auth_views.PasswordResetConfirmView):
    """Choose the new password, by a link that holds once and for an hour."""

    http_method_names = ["get", "head", "post"]
    form_class = NewPasswordForm
    template_name = "notifications/reset_confirm.html"
    success_url = reverse_lazy("notifications:reset-done")


class ResetDone(ByLetter, auth_views.PasswordResetCompleteView):
    """The new password holds."""

    http_method_names = ["get", "head"]
    template_name = "notifications/reset_done.html"
