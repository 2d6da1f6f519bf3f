"""What an exemption from budgets asks for, read beside what stands: objectives, keys, windows, other exemptions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apps.core import clock
from apps.core.faults import unknown
from apps.core.problems import FieldProblem
from apps.governance.domain.upstairs import SlicesAsked, SlicesRead
from apps.objectives.domain.exempting import ExemptSpan, find_problems
from apps.objectives.domain.indicator_words import Dimension
from apps.objectives.domain.objective_words import ExemptionCategory
from apps.objectives.domain.windows import Span
from apps.objectives.models import Objective, Series
from apps.objectives.queries import agreements
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.measuring import frame, question_of


def agreed_of(slugs: Sequence[str]) -> list[Agreed]:
    """These objectives as they are agreed on today, by short name; those that do not stand are absent."""
    found = Objective.objects.filter(slug__in=list(slugs)).values_list("pk", flat=True)
    return agreements.list_agreed(list(found), clock.today())


def read_slices(asked: SlicesAsked) -> SlicesRead:
    """The names and the owner of what is asked for, with every limit that it breaks."""
    agreed = agreed_of(asked.objectives)
    problems = [*_unknown(asked, agreed), *_key_problems(asked, agreed)]
    category = asked.category if asked.category in set(ExemptionCategory) else None
    if category is None:
        words = unknown(asked.category, "a category of exemptions", tuple(ExemptionCategory))
        problems.append(FieldProblem("/category", "unknown_value", words))
    else:
        problems += _limit_problems(span_of(asked), agreed)
    owners = {one.objective.owner_team_id for one in agreed}
    if len(owners) > 1:
        words = "They belong to several teams. Ask for the SLOs of each team on their own."
        problems.append(FieldProblem("/objectives", "several_teams", words))
    names = {one.objective.slug: one.version.name for one in agreed}
    return SlicesRead(names, owners.pop() if len(owners) == 1 else None, problems)


def span_of(asked: SlicesAsked) -> ExemptSpan:
    """What is asked for, as slices are taken out by it."""
    category = ExemptionCategory(asked.category)
    return ExemptSpan(0, Span(asked.starts_at, asked.expires_at), category, frozenset(asked.keys))


def _unknown(asked: SlicesAsked, agreed: Sequence[Agreed]) -> Iterator[FieldProblem]:
    known = {one.objective.slug for one in agreed}
    for slug in asked.objectives:
        if slug not in known:
            yield FieldProblem("/objectives", "unknown_value", f"There is no SLO {slug[:60]!r} in force.")


def _key_problems(asked: SlicesAsked, agreed: Sequence[Agreed]) -> Iterator[FieldProblem]:
    if not asked.keys:
        return
    plain = [one.objective.slug for one in agreed if one.spec.dimension is Dimension.NONE]
    if plain:
        yield FieldProblem("/keys", "not_applicable", f"{', '.join(plain)} has no keys; leave them out.")
        return
    indicators = {one.indicator.pk for one in agreed}
    known = set(Series.objects.filter(indicator__in=indicators).values_list("key", flat=True))
    for key in asked.keys:
        if key not in known:
            yield FieldProblem("/keys", "unknown_value", f"No counts ever came for the key {key[:60]!r}.")


def _limit_problems(span: ExemptSpan, agreed: Sequence[Agreed]) -> Iterator[FieldProblem]:
    standing = agreements.exempt_spans([one.objective for one in agreed], span.span)
    for one, framed in zip(agreed, frame([question_of(one) for one in agreed]), strict=True):
        found = find_problems(
            span, exemptable=one.promise.exemptable, window_start=framed.frame.span.start if framed else None,
            standing=standing[one.objective.pk],
        )  # fmt: skip
        for problem in found:
            yield problem if len(agreed) == 1 else replace(problem, detail=f"{one.objective.slug}: {problem.detail}")
