"""The sign-in forms."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from apps.accounts import operations
from apps.accounts.models import User
from apps.core.client_address import client_address
from apps.core.problems import TooMany

REFUSAL = "This address and password do not belong together. Check both and try again."


class SignInForm(AuthenticationForm):
    """One sentence for every failure, so that nobody learns which addresses exist; tries are counted first."""

    refusal: TooMany | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages = {"invalid_login": REFUSAL, "inactive": REFUSAL}
        self.fields["username"].label = "Mail address"
        self.fields["username"].error_messages["required"] = "Enter your mail address."
        self.fields["username"].widget.attrs |= {"type": "email", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["password"].error_messages["required"] = "Enter your password."

    def clean(self) -> dict[str, Any]:
        """Look at the password within the limits only; `refusal` then says why not."""
        mail = self.cleaned_data.get("username")
        if not mail or not self.cleaned_data.get("password") or self.request is None:
            return super().clean()
        try:
            attempt = operations.begin_sign_in(mail=mail, address=client_address(self.request))
        except TooMany as refusal:
            self.refusal = refusal
            raise ValidationError(refusal.sentence) from refusal
        try:
            cleaned = super().clean()
        except ValidationError:
            operations.refuse_sign_in(attempt=attempt)
            raise
        user = self.get_user()
        assert isinstance(user, User)  # noqa: S101 - the one model of people; a wrong password has raised
        operations.finish_sign_in(attempt=attempt, user=user)
        return cleaned


class StaffSignInForm(SignInForm, AdminAuthenticationForm):
    """The same in front of Django's admin, for people who may use it."""
