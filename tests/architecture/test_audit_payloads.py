"""The audit chain names nobody: keys and hashes only, so that erasing a person's name breaks nothing."""

import json
import re
from collections.abc import Iterable, Iterator

import pytest

from apps.accounts.models import User
from apps.audit import queries
from tests.architecture.walking import Walk

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


def named(texts: Iterable[str], people: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Payloads in which a name, a part of one or a mail address stands."""
    words = {name for full, _ in people for name in (full, *full.split()) if len(name) > 3}
    pattern = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words)))
    for text in texts:
        said = json.dumps(json.loads(text), ensure_ascii=False)
        if pattern.search(said) or MAIL.search(said):
            yield text


def chain() -> list[str]:
    """Every payload."""
    return list(queries.list_events().values_list("payload_text", flat=True))


def people() -> list[tuple[str, str]]:
    """Everybody's name and mail address."""
    return list(User.objects.values_list("full_name", "email"))


@pytest.mark.django_db
def test_payloads__of_every_write_in_the_world_name_nobody(walk: Walk) -> None:
    assert len(chain()) > 30
    assert list(named(chain(), people())) == []


def test_payloads__of_the_demonstration_name_nobody(demo) -> None:
    assert len(chain()) > 100
    assert list(named(chain(), people())) == []


@pytest.mark.parametrize("data", [{"by": "Ana Tamm"}, {"to": ["x", "ana@example.org"]}, {"note": "Tamm said so"}])
def test_payloads__a_name_would_be_found(data: dict[str, object]) -> None:
    text = json.dumps({"data": data})
    assert list(named([text], [("Ana Tamm", "ana@example.org")])) == [text]
