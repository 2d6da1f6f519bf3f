"""What page tests share: the main part of an answer, and its words without markup."""

import html
import re

from django.http import HttpResponse


def main_of(answer: HttpResponse) -> str:
    """The markup between <main> and </main>."""
    text = answer.content.decode()
    return text[text.index("<main") : text.index("</main>")]


def words_of(answer: HttpResponse) -> str:
    """The text of the main part, in one line."""
    without = re.sub(r"<(script|style|title|desc)[^>]*>.*?</\1>", " ", main_of(answer), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", without))).strip()


def links_of(answer: HttpResponse) -> list[str]:
    """Every address a link of the main part leads to."""
    return [html.unescape(found) for found in re.findall(r'<a [^>]*href="([^"]+)"', main_of(answer))]
