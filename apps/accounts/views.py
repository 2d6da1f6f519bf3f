"""Pages for signing in and out."""

from typing import Any

from django.contrib.auth import views as auth_views
from django.http import HttpResponse

from apps.accounts.forms import SignInForm
from apps.core.access import Access


class SignIn(auth_views.LoginView):
    """Mail address and password; an unknown address and a wrong password read the same."""

    access = Access.PUBLIC
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    http_method_names = ["get", "head", "post"]

    def form_invalid(self, form: Any) -> HttpResponse:
        """Refusals answer 422, above a limit 429, and keep the address."""
        context = self.get_context_data(form=form, has_errors=True)
        if form.refusal is None:
            return self.render_to_response(context, status=422)
        return self.render_to_response(context, status=form.refusal.status, headers=form.refusal.headers)


class SignOut(auth_views.LogoutView):
    """Ends the session."""

    access = Access.PUBLIC
