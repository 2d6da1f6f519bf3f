"""Taking over OpenSLO: files, then what their names mean here."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core.form_fields import ParagraphField
from apps.governance.domain.revisions import LEAST_REASON, LONGEST_REASON
from apps.objectives.domain.openslo_reading import ImportRead
from apps.objectives.domain.openslo_text import MOST_BYTES
from apps.objectives.domain.yaml_writing import write_yaml
from apps.objectives.forms.agreeing import Choices
from apps.objectives.operations.importing_openslo import NameMap

REASON = "Taken over from the OpenSLO files that our monitoring was configured with so far."
NO_SERVERS = "No server is registered yet. An administrator does so on the page Monitoring servers."
NO_SERVICES = "None of your teams owns a service yet."


class _FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Every file that was sent, in order."""
        return files.getlist(name)


class _FilesField(forms.FileField):
    """Several files, each checked as one."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The files as a list."""
        return [super(_FilesField, self).clean(one, initial) for one in data or [None]]


class FileForm(forms.Form):
    """Files with OpenSLO v1 objects; nothing of them is stored."""

    file = _FilesField(
        label="OpenSLO files", error_messages={"required": "Choose a file."},
        help_text="YAML or JSON, one file or several that refer to each other, at most 1 MiB together. "
        "Nothing is stored.",
    )  # fmt: skip

    def clean_file(self) -> dict[str, bytes]:
        """The bytes by name; larger files are not read. Files of one name, from two folders, are told apart."""
        sent = self.cleaned_data["file"]
        if sum(one.size for one in sent) > MOST_BYTES:
            raise ValidationError("The files are larger than 1 MiB. Take them over in parts.")
        found: dict[str, bytes] = {}
        for number, one in enumerate(sent, 1):
            name = str(one.name)
            found[f"{name} ({number})" if name in found else name] = one.read()
        return found


class MappingForm(forms.Form):
    """What services and data sources of the files are here, and why they are taken over."""

    # What was read of the files travels with the page, and only where nothing was refused: no value under a key that
    # promises a secret, no comment, nothing as it was sent.
    bundle = forms.CharField(widget=forms.HiddenInput, max_length=2 * MOST_BYTES)

    def __init__(
        self, *args: Any, names: list[tuple[str, str]], services: Choices, flows: Choices, servers: Choices,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.names = names
        for number, (matter, name) in enumerate(names):
            if matter == "server":
                self.fields[f"server_{number}"] = _choice(f"Data source {name} is", servers, NO_SERVERS)
                continue
            self.fields[f"service_{number}"] = _choice(f"Service {name} is", services, NO_SERVICES)
            self.fields[f"flow_{number}"] = forms.ChoiceField(
                label=f"Critical flow of {name}", choices=[("", "No flow"), *flows], required=False
            )
        self.fields["reason"] = ParagraphField(
            label="Reason", initial=REASON, min_length=LEAST_REASON, max_length=LONGEST_REASON,
            help_text="It stands with each version.",
        )  # fmt: skip

    def clean_bundle(self) -> dict[str, bytes]:
        """What was read of the files, as it was looked at."""
        try:
            sent = json.loads(self.cleaned_data["bundle"])
        except ValueError as error:
            raise ValidationError("Choose the files again.") from error
        if not isinstance(sent, dict) or not all(isinstance(text, str) for text in sent.values()):
            raise ValidationError("Choose the files again.")
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


def _choice(label: str, choices: Choices, none_words: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(choices), help_text="" if choices else none_words,
        error_messages={"required": f"{label}: choose one."},
    )  # fmt: skip


def packed(read: ImportRead) -> str:
    """What was read of files, written anew, as the hidden field carries it."""
    texts = {name: write_yaml(*documents, is_short=True) for name, documents in read.documents.items()}
    return json.dumps(texts, ensure_ascii=False)
