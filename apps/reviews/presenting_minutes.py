"""The minutes of a weekly review as Markdown, from what its page shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.core.templatetags.plumbline import instant_words


def as_markdown(page: Mapping[str, Any], address: str) -> str:
    """What was looked at and decided, in the order of the meeting; nobody is named."""
    return "\n".join(_lines(page, address)).rstrip() + "\n"


def _lines(page: Mapping[str, Any], address: str) -> Iterator[str]:
    yield f"# {page['heading']}"
    yield ""
    yield f"{page['state']} · {page['period']} · {page['progress']}"
    if page["data_up_to"]:
        yield f"Data up to {instant_words(page['data_up_to'])} UTC"
    for block in page["blocks"]:
        yield ""
        yield f"## {block['title']}"
        yield ""
        for item in block["items"]:
            yield from _item(item, address)
        for line in (*block["lines"], *(f"Counted only: {item['title']}" for item in block["counted"])):
            yield f"- {_plain(line)}"
    if page["expectation"]:
        yield ""
        yield _plain(page["expectation"])


def _item(item: Mapping[str, Any], address: str) -> Iterator[str]:
    yield f"- **{_plain(item['title'])}**: {_plain(item['words'])}"
    answer = item["answer"]
    if answer is None:
        return
    yield from _said(answer.get("before"), address)
    yield from _said(answer, address)


def _said(answer: Mapping[str, Any] | None, address: str) -> Iterator[str]:
    if answer is None:
        return
    text = f": {_plain(answer['text'])}" if answer["text"] else ""
    yield f"  - {answer['verb']}{text}"
    for fact in answer["facts"]:
        link = f"[{_plain(fact['text'])}]({address}{fact['url']})" if fact.get("url") else _plain(fact["text"])
        yield f"  - {link}"


def _plain(text: str) -> str:
    """One line that Markdown reads as text."""
    line = " ".join(str(text).split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in line)
