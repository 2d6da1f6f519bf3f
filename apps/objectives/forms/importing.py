"""Taking over OpenSLO: a file, then what its names mean here."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core.form_fields import ParagraphField
from apps.governance.domain.revisions import LEAST_REASON, LONGEST_REASON
from apps.objectives.domain.openslo_text import MOST_BYTES
from apps.objectives.forms.agreeing import Choices
from apps.objectives.operations.importing_openslo import NameMap

REASON = "Taken over from the OpenSLO files that our monitoring was configured with so far."


class FileForm(forms.Form):
    """One file with OpenSLO v1 objects; nothing of it is stored."""

    file = forms.FileField(
        label="OpenSLO file", help_text="YAML or JSON, one document or several, at most 1 MiB. Nothing is stored.",
        error_messages={"required": "Choose a file."},
    )  # fmt: skip

    def clean_file(self) -> tuple[str, bytes]:
        """The name and the bytes; a larger file is not read."""
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise ValidationError("The file is larger than 1 MiB. Split it.")
        return str(sent.name), sent.read()


class MappingForm(forms.Form):
    """What services and data sources of a file are here, and why they are taken over."""

    # The file travels with the page: only one in which nothing was refused, so that no secret is in it.
    bundle = forms.CharField(widget=forms.HiddenInput, max_length=2 * MOST_BYTES)

    def __init__(
        self, *args: Any, names: list[tuple[str, str]], services: Choices, flows: Choices, servers: Choices,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.names = names
        for number, (matter, name) in enumerate(names):
            if matter == "server":
                self.fields[f"server_{number}"] = _choice(f"Data source {name} is", servers)
                continue
            self.fields[f"service_{number}"] = _choice(f"Service {name} is", services)
            self.fields[f"flow_{number}"] = forms.ChoiceField(
                label=f"Critical flow of {name}", choices=[("", "No flow"), *flows], required=False
            )
        self.fields["reason"] = ParagraphField(
            label="Reason", initial=REASON, min_length=LEAST_REASON, max_length=LONGEST_REASON,
            help_text="It stands with each version.",
        )  # fmt: skip

    def clean_bundle(self) -> dict[str, bytes]:
        """The file as it was looked at."""
        try:
            sent = json.loads(self.cleaned_data["bundle"])
        except ValueError as error:
            raise ValidationError("Choose the file again.") from error
        if not isinstance(sent, dict) or not all(isinstance(text, str) for text in sent.values()):
            raise ValidationError("Choose the file again.")
        return {str(name): text.encode() for name, text in sent.items()}

    def mapping(self) -> NameMap:
        """What was chosen for each name."""
        data, places, servers = self.cleaned_data, {}, {}
        for number, (matter, name) in enumerate(self.names):
            if matter == "server":
                servers[name] = data[f"server_{number}"]
            else:
                places[name] = (data[f"service_{number}"], data[f"flow_{number}"])
        return NameMap(places, servers)


def _choice(label: str, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), error_messages={"required": f"{label}: choose one."})


def packed(files: Mapping[str, bytes]) -> str:
    """Files as the hidden field carries them."""
    return json.dumps({name: body.decode() for name, body in files.items()}, ensure_ascii=False)
