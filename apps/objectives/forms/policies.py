"""A budget policy in words: one line of fields for each rule."""

from typing import Any

from django import forms

from apps.accounts.domain import ROLE_WORDS
from apps.core.form_fields import DAY_EXAMPLE, DayField
from apps.governance.domain.kinds import Op
from apps.objectives.domain.agreed_words import LABELS, RULE_WORDS
from apps.objectives.domain.budget_policies import DEFAULT_RULES, ROLES
from apps.objectives.domain.policy_words import ASK_WORDS, Ask, RuleKey
from apps.objectives.forms.agreeing import CONTENT, AgreementForm, Choices, Group, text_field, word_field

ASKS = [("", "Nothing: no such rule"), *((ask.value, ASK_WORDS[ask]) for ask in Ask)]
SIGNERS = [(role, ROLE_WORDS[role].capitalize()) for role in ROLES]


def _when(key: RuleKey) -> str:
    return f"When {RULE_WORDS[key].format(share='a large share')}"


class PolicyForm(AgreementForm):
    """Of what a policy speaks, and its rules: when one fires, what it asks for, who signs."""

    KIND, DOCUMENT, IDENTITY = "budget_policy", "policy", ("owner_team",)
    STATEMENT = ("name", "goals", "non_goals", "objectives")
    GROUPS = (
        Group("What it is for", ("name", "goals", "non_goals", "revisit_on")),
        Group("Of which SLOs it speaks", ("objectives",)),
        *(
            Group(_when(key), tuple(f"{key}_{part}" for part in ("asks", "signers", "share")))
            for key in RuleKey
        ),
    )  # fmt: skip

    name = word_field("name", longest=120)
    goals = text_field("goals", "What the rule is for, such as: launches do not wait for an argument.")
    non_goals = text_field("non_goals", "What it is not for, such as: it is no punishment.")
    revisit_on = DayField(label=LABELS["revisit_on"], help_text=f"Such as {DAY_EXAMPLE}.")
    objectives = forms.MultipleChoiceField(
        label=LABELS["objectives"], required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Nothing chosen: all of the team, those to come included.",
    )  # fmt: skip

    def __init__(self, *args: Any, op: Op, owners: Choices = (), objectives: Choices = (), **kwargs: Any) -> None:
        identity = {"owner_team": forms.ChoiceField(label="Team that owns it", choices=list(owners))}
        super().__init__(*args, op=op, identity=identity, **kwargs)
        self.fields["objectives"].choices = list(objectives)  # type: ignore[attr-defined]
        for key in RuleKey:
            self.fields |= _rule_fields(key)

    def clean(self) -> dict[str, Any]:
        """A rule that asks for something says who signs."""
        data: dict[str, Any] = super().clean() or {}
        for key in RuleKey:
            if data.get(f"{key}_asks") and not data.get(f"{key}_signers"):
                self.add_error(f"{key}_signers", "Choose who signs the decision.")
        if not any(data.get(f"{key}_asks") for key in RuleKey):
            self.add_error(None, "A policy has at least one rule.")
        return data

    def document(self) -> dict[str, Any]:
        """The policy with the rules that ask for something."""
        data = self.cleaned_data
        return {
            **super().document(), "revisit_on": data["revisit_on"].isoformat(),
            "rules": [self._rule(key) for key in self._chosen()],
        }  # fmt: skip

    def _chosen(self) -> list[RuleKey]:
        return [key for key in RuleKey if self.cleaned_data.get(f"{key}_asks")]

    def _rule(self, key: RuleKey) -> dict[str, Any]:
        data = self.cleaned_data
        share = {"share": data[f"{key}_share"]} if data.get(f"{key}_share") else {}
        return {"rule": key.value, "asks": data[f"{key}_asks"], "signers": data[f"{key}_signers"], **share}

    def places(self) -> dict[str, str]:
        """Faults of a rule stand at its own fields."""
        rules = {
            f"{CONTENT}/policy/rules/{index}/{part}": f"{key}_{part}"
            for index, key in enumerate(self._chosen())
            for part in ("asks", "signers", "share")
        }
        return {**rules, **super().places()}


def _rule_fields(key: RuleKey) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        f"{key}_asks": forms.ChoiceField(label=f"{_when(key)}, it asks for", choices=ASKS, required=False),
        f"{key}_signers": forms.MultipleChoiceField(
            label=f"{_when(key)}, the decision is signed by", choices=SIGNERS, required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
    }  # fmt: skip
    if key is RuleKey.INCIDENT_SHARE:
        found[f"{key}_share"] = forms.CharField(
            label="How large a share", required=False, max_length=30, help_text="Such as 0.20, a fifth of the budget."
        )
    return found


def policy_initial(content: dict[str, Any]) -> dict[str, Any]:
    """A policy as the form begins with it; a new one with the rules that most teams begin with."""
    policy: dict[str, Any] = content.get("policy", {"rules": [rule.as_document() for rule in DEFAULT_RULES]})
    rules: dict[str, Any] = {}
    for rule in policy.get("rules", ()):
        key = rule["rule"]
        rules |= {f"{key}_asks": rule["asks"], f"{key}_signers": rule["signers"], f"{key}_share": rule.get("share", "")}
    return {"owner_team": content.get("owner_team", ""), **policy, **rules}
