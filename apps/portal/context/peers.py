"""Another tool's number beside the house's, in words and rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from apps.core.numbers import NO_NUMBER, format_count, format_value
from apps.measurements.domain.peers.shapes import Peer
from apps.measurements.queries import Layer, PeerFact, Side
from apps.metrics.models import DefinitionVersion
from apps.portal.context.readings import count_words, is_missing
from apps.portal.queries.evidence import OF_INCIDENTS
from apps.portal.queries.peers import WHOLE_ORGANISATION, PeerPage, list_known_peers, newest_period
from apps.portal.queries.services import label_of_source
from apps.portal.tables import header, moment, plain

LABELS = {"numerator": "Counted in the numerator", "counted": "Counted at all"}


def peer_value(page: PeerPage) -> dict[str, str]:
    """The other tool's value and how it comes about; nothing where no source reports what it would be read from."""
    rule, count = page.comparison.rule, page.comparison.count
    if count.value is None or (is_missing(page.cell.reading) and count.facts.is_empty()):
        return {"text": "", "sum": f"No {label_of_source(rule.counts).lower()} are counted by this rule."}
    text = count_words(int(count.value), rule.noun) if rule.noun else format_value(count.value, rule.unit)
    return {"text": text, "sum": rule.sum.format(top=format_count(count.top), n=format_count(count.n), value=text)}


def fresh_words(page: PeerPage) -> str:
    """That facts the house's value does not read are seen as they stand now; empty where it reads all."""
    named = " and no ".join(label_of_source(source).lower() for source in page.comparison.fresh)
    return f"The definition reads no {named}: they are seen as they stand now." if named else ""


def layers_of(page: PeerPage) -> list[dict[str, Any]]:
    """Each layer: how many facts both count, and a table for each side that counts some alone."""
    return [_layer(page, layer) for layer in page.comparison.layers]


def _layer(page: PeerPage, layer: Layer) -> dict[str, Any]:
    sides = (("the definition here", layer.only_house), (page.comparison.peer.name, layer.only_peer))
    both = f"{count_words(layer.both, 'fact')} by both." if layer.both else "No fact by both."
    alone = any(side.count for _, side in sides)
    return {
        "label": LABELS[layer.key],
        "both": both if alone else f"{both} No fact by one alone.",
        "tables": [_table(page, name, side) for name, side in sides if side.count],
    }


def _table(page: PeerPage, name: str, side: Side) -> dict[str, Any]:
    shows_why = any(fact.words for fact in side.rows)
    labels = ["Fact", "Service", "When", *(["Why the definition does not count it"] if shows_why else [])]
    cut = side.count > len(side.rows)
    return {
        "caption": f"{format_count(side.count)} only by {name}",
        "compact": True,
        "columns": [{"label": label} for label in labels],
        "rows": [_row(page, fact, shows_why=shows_why) for fact in side.rows],
        "foot": f"The newest {len(side.rows)} of {format_count(side.count)}." if cut else "",
    }


def _row(page: PeerPage, fact: PeerFact, *, shows_why: bool) -> list[dict[str, Any]]:
    service = page.services.get(fact.service_id)
    of_incident = fact.source in OF_INCIDENTS
    name = page.names.get(fact.key, NO_NUMBER) if of_incident else fact.key
    is_named = of_incident and name.startswith(f"{fact.key}:")
    url = reverse("incidents:incident", args=[fact.key.removeprefix("I-")]) if is_named else ""
    return [
        header(f"{label_of_source(fact.source).rstrip('s')} {name}", url),
        {"text": service.name, "url": reverse("portal:service", args=[service.slug])} if service else plain(""),
        moment(fact.at),
        *([plain(fact.words.capitalize())] if shows_why else []),
    ]


def peer_links(peers: Iterable[Peer], slug: str, subject: str, period: str) -> list[dict[str, str]]:
    """`Compare with Apache DevLake`: a link for each tool that knows the definition."""
    return [
        {
            "label": f"Compare with {peer.name}",
            "url": reverse("portal:metric-peer", args=[slug, subject, period, peer.key]),
        }
        for peer in peers
    ]


def links_of_definition(
    slug: str, versions: list[DefinitionVersion], now: datetime, zone: ZoneInfo
) -> list[dict[str, str]]:
    """The same for the whole organisation and the newest period that is over; none where there is no such period."""
    period = newest_period(versions, now, zone)
    return peer_links(list_known_peers(versions[0]), slug, WHOLE_ORGANISATION, period.key) if period else []
