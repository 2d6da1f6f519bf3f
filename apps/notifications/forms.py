"""Shapes of what people send from their inbox, their settings, and the pages of a new password."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest

from apps.accounts.models import User
from apps.core.client_address import client_address
from apps.notifications import operations
from apps.notifications.domain.kinds import Wish, kinds

MOST_DIGITS = 18


class ReadForm(forms.Form):
    """A thread, or without one everything, up to the notice that was seen last."""

    about = forms.CharField(max_length=60, required=False)
    until = forms.IntegerField(min_value=0, max_value=10**MOST_DIGITS)


class MuteForm(forms.Form):
    """A thread to be muted, or heard of again."""

    about = forms.CharField(max_length=60)
    muted = forms.ChoiceField(choices=[("yes", "Mute"), ("no", "Hear of it again")])


class MailForm(forms.Form):
    """For each kind of notice, how it is mailed."""

    def __init__(self, data: Any = None, *, wishes: Mapping[str, Wish] | None = None) -> None:
        super().__init__(data)
        choices = [(wish.value, wish.label) for wish in Wish]
        for kind in kinds:
            self.fields[kind.key] = forms.ChoiceField(
                choices=choices, label=kind.label, initial=(wishes or {}).get(kind.key, kind.usual).value,
                error_messages={"required": "Choose one of the three.", "invalid_choice": "Choose one of the three."},
            )  # fmt: skip

    def wishes(self) -> dict[str, Wish]:
        """What was chosen, by kind."""
        return {kind: Wish(wish) for kind, wish in self.cleaned_data.items()}


class AskResetForm(forms.Form):
    """The mail address somebody signs in with."""

    email = forms.EmailField(
        max_length=254, label="Mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Enter your mail address.", "invalid": "Enter a mail address, such as a@b.org."},
    )  # fmt: skip

    def save(self, *, request: HttpRequest, **_: Any) -> None:
        """Ask for the letter; the answer is the same whoever is asked for."""
        operations.ask_reset(mail=self.cleaned_data["email"], address=client_address(request))


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = "At least 12 characters, none of the common ones. Any words will do."
        for name in ("new_password1", "new_password2"):
            self.fields[name].error_messages["required"] = "Enter the new password."
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> User:
        """Set it, and end every session of the person."""
        user: User = self.user
        operations.set_password(user=user, password=self.cleaned_data["new_password1"])
        return user
