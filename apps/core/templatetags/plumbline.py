"""The few tags and filters that templates need: everything else is prepared before it reaches them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from apps.core import figures, numbers, states, svg
from apps.core import markdown as marked
from apps.core.calendar_words import day_words

register = template.Library()

GLOSSARY_URL = "/help/words/"
SEEN_TERMS = "plumbline.terms"


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """An outline of the sprite; it always stands beside a word, so it is hidden from the accessibility tree."""
    return format_html(
        '<svg class="c-icon" width="{}" height="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        size, size, static("icons/sprite.svg"), name,
    )  # fmt: skip


@register.filter
def number(value: numbers.Number | None, unit: str) -> str:
    """A number with its unit, as everywhere in the product."""
    return numbers.format_value(value, unit)


@register.filter
def markdown(text: str) -> SafeString:
    """A text of several lines with its lists and links; HTML in it is shown as text."""
    return mark_safe(marked.render(text))  # noqa: S308  every text in it is escaped by the renderer


@register.simple_tag
def instant(moment: dt.datetime | None) -> SafeString | str:
    """An aware instant as "24 Aug 2026, 09:40" in the reporting zone; the title holds UTC."""
    if moment is None:
        return numbers.NO_NUMBER
    utc = moment.astimezone(dt.UTC)
    local = moment.astimezone(ZoneInfo(settings.REPORTING_ZONE))
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"), instant_words(utc), instant_words(local),
    )  # fmt: skip


def instant_words(moment: dt.datetime) -> str:
    """Day, month, year and time of an instant as it stands, independent of the process's language."""
    return f"{day_words(moment)}, {moment:%H:%M}"


@register.simple_tag(takes_context=True)
def term(context: Context, word: str, entry: str = "") -> SafeString | str:
    """A word of the glossary, as `{% term "scorecards" "Scorecard" %}` where the text bends it.

    Its first use on a page links to its meaning; later ones are plain.
    """
    seen, anchor = _seen_terms(context), slugify(entry or word)
    if anchor in seen:
        return word
    seen.add(anchor)
    return format_html('<a class="c-term" href="{}#{}">{}</a>', GLOSSARY_URL, anchor, word)


def _seen_terms(context: Context) -> set[str]:
    """One set a page. The outermost layer of the context is shared by includes, so it is kept there."""
    outermost = context.dicts[0]
    found: set[str] = outermost.setdefault(SEEN_TERMS, set())
    return found


@register.inclusion_tag("_components/state.html")
def state(code: str, sentence: str = "", mark: str | None = None) -> dict[str, Any]:
    """A state: its mark (Trend, Target, Budget), icon, word and reason. None is the usual mark, "" leaves it out."""
    return {"state": states.state_parts(code, sentence, mark)}


@register.inclusion_tag("_components/figure.html", takes_context=True)
def figure(context: Context, fig: Mapping[str, Any]) -> dict[str, Any]:
    """A chart with its finding, its drawing, its table and its downloads; `fig` is described in `apps.core.svg`."""
    rows = figures.table_rows(fig) if fig.get("table", True) else []
    return {
        "fig": fig,
        "svg": mark_safe(svg.draw(fig)),  # noqa: S308  every text in it is escaped by the drawing
        "rows": rows,
        "several_series": len({row["series"] for row in rows}) > 1,
        "legend": figures.legend(fig),
        "near": figures.happened_near(fig),
        "most_near": figures.MOST_NEAR,
        "data": figures.interactive_data(fig) if fig.get("interactive") else None,
        "data_id": f"{fig['id']}-data",
        "open_tables": context.get("open_tables", False),
    }


@register.simple_tag
def chart(fig: Mapping[str, Any]) -> SafeString:
    """The drawing alone, for a sparkline beside its number."""
    return mark_safe(svg.draw(fig))  # noqa: S308  every text in it is escaped by the drawing
