"""A small, fixed subset of Markdown as HTML. Pure: everything is escaped first, so no text can become a tag.

Paragraphs, lists, quotes, fenced code, `code`, **strong**, *emphasis*, and links to http and https addresses.
A heading becomes a strong line, as the page has headings of its own. Anything else stays text.
"""

import re
from collections.abc import Callable, Iterator
from html import escape

_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,3}[.)]) +(\S.*)")
_NUMBERED = re.compile(r" {0,3}\d{1,3}[.)] ")
_HEADING = re.compile(r"#{1,6} +(\S.*)")
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\((https?://[^\s()<>\"']{1,1000})\)|(https?://[^\s<>\"'()]{1,1000}[^\s<>\"'().,;:!?])"
)
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]{1,1000}?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s*])\*(?![\w*])")
FENCE = "```"


def render(text: str) -> str:
    """HTML of a text; it holds no tag and no attribute but those written here."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(_blocks(lines))


def _blocks(lines: list[str]) -> Iterator[str]:
    place = 0
    while place < len(lines):
        line = lines[place]
        if not line.strip():
            place += 1
        elif line.startswith(FENCE):
            end = next((i for i in range(place + 1, len(lines)) if lines[i].startswith(FENCE)), len(lines))
            yield f"<pre><code>{escape(chr(10).join(lines[place + 1 : end]))}</code></pre>"
            place = end + 1
        else:
            kind, end = _kind(line), place + 1
            while end < len(lines) and lines[end].strip() and _continues(kind, lines[end]):
                end += 1
            yield _WRITERS[kind](lines[place:end])
            place = end


def _kind(line: str) -> str:
    if _ITEM.match(line):
        return "ol" if _NUMBERED.match(line) else "ul"
    if line.startswith(">"):
        return "quote"
    return "heading" if _HEADING.match(line) else "text"


def _continues(kind: str, line: str) -> bool:
    """Whether a line belongs to the block before it; what is indented goes on with its item."""
    if line.startswith(FENCE) or kind == "heading":
        return False
    found = _kind(line)
    if kind in ("ol", "ul"):
        return found == kind or (found == "text" and line.startswith("  "))
    return found == kind


def _list(tag: str) -> Callable[[list[str]], str]:
    def write(lines: list[str]) -> str:
        items: list[list[str]] = []
        for line in lines:
            match = _ITEM.match(line)
            if match:
                items.append([match[1]])
            else:
                items[-1].append(line.strip())
        inside = "".join(f"<li>{'<br>'.join(map(_inline, item))}</li>" for item in items)
        return f"<{tag}>{inside}</{tag}>"

    return write


def _quote(lines: list[str]) -> str:
    return f"<blockquote>{'<br>'.join(_inline(line[1:].strip()) for line in lines)}</blockquote>"


def _heading(lines: list[str]) -> str:
    match = _HEADING.match(lines[0])
    return f"<p><strong>{_inline(match[1] if match else lines[0])}</strong></p>"


def _text(lines: list[str]) -> str:
    return f"<p>{'<br>'.join(_inline(line.strip()) for line in lines)}</p>"


_WRITERS: dict[str, Callable[[list[str]], str]] = {
    "ul": _list("ul"), "ol": _list("ol"), "quote": _quote, "heading": _heading, "text": _text,
}  # fmt: skip


def _inline(line: str) -> str:
    """One line: code and links are set aside first, so that marks inside them stay as they are."""
    return "".join(
        f"<code>{escape(part)}</code>" if is_code else _linked(part) for part, is_code in _split(_CODE, line)
    )


def _split(pattern: re.Pattern[str], line: str) -> Iterator[tuple[str, bool]]:
    place = 0
    for match in pattern.finditer(line):
        yield line[place : match.start()], False
        yield match[1], True
        place = match.end()
    yield line[place:], False


def _linked(text: str) -> str:
    found, place = [], 0
    for match in _LINK.finditer(text):
        found.append(_marked(text[place : match.start()]))
        words, address = (match[1], match[2]) if match[2] else (match[3], match[3])
        found.append(f'<a href="{escape(address)}" rel="nofollow noreferrer">{escape(words)}</a>')
        place = match.end()
    found.append(_marked(text[place:]))
    return "".join(found)


def _marked(text: str) -> str:
    strong = _STRONG.sub(r"<strong>\1</strong>", escape(text, quote=True))
    return _EMPHASIS.sub(r"<em>\1</em>", strong)
