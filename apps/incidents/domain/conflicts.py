"""Two people wrote one text: what it was, what the other made of it, what you made of it. Pure.

Nothing is merged: a person reads the three and chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.core.problems import Outdated

Texts = Mapping[str, str]


@dataclass(frozen=True)
class ThreeTexts:
    """One field on which the two differ."""

    name: str
    base: str
    theirs: str
    yours: str

    @property
    def is_theirs_alone(self) -> bool:
        """Whether only they changed it: keeping theirs loses nothing of yours."""
        return self.yours == self.base

    @property
    def is_yours_alone(self) -> bool:
        """Whether only you changed it."""
        return self.theirs == self.base


def is_stale(*, read: int, current: int) -> bool:
    """Whether a save was made on a revision that is not the newest."""
    return read != current


def says_the_same(stored: Texts, sent: Texts) -> bool:
    """Whether a save says what is stored already: a repeat after a lost answer is no conflict."""
    return all(stored.get(name, "") == sent.get(name, "") for name in {*stored, *sent})


def is_untouched(base: Texts, sent: Texts) -> bool:
    """Whether a save says no more than what was read."""
    return all(base.get(name, "") == value for name, value in sent.items())


def differences(base: Texts, theirs: Texts, yours: Texts) -> list[ThreeTexts]:
    """The fields on which theirs and yours differ, in the order in which the texts name them."""
    names = dict.fromkeys([*base, *theirs, *yours])
    found = [ThreeTexts(name, base.get(name, ""), theirs.get(name, ""), yours.get(name, "")) for name in names]
    return [three for three in found if three.theirs != three.yours]


def both(three: ThreeTexts) -> str:
    """A start for editing both: yours below theirs where both changed it, else the changed one."""
    if three.is_theirs_alone or not three.yours:
        return three.theirs
    if three.is_yours_alone or not three.theirs:
        return three.yours
    return f"{three.theirs}\n\n{three.yours}"


@dataclass(frozen=True)
class Clash:
    """A part of a page that both wrote: the section's own texts (no key) or a row, with the newest revision."""

    key: str
    kind: str
    revision: int
    base: Texts
    theirs: Texts
    yours: Texts
    is_removed: bool = False


@dataclass
class RevisionConflict(Outdated):
    """412: the save was made on an older revision; the answer carries all three texts."""

    code: str = "revision_conflict"
    sentence: str = "Somebody else saved this meanwhile. Nothing was written over theirs; yours is in this answer."
    clash: Clash = field(default_factory=lambda: Clash("", "", 0, {}, {}, {}))

    def as_dict(self, *, instance: str = "") -> dict[str, Any]:
        """Problem details with the three texts and the revision that a next save is made on."""
        texts = {"base": dict(self.clash.base), "theirs": dict(self.clash.theirs), "yours": dict(self.clash.yours)}
        return {**super().as_dict(instance=instance), "revision": self.clash.revision, **texts}
