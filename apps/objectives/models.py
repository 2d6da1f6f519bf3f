"""All tables of objectives; each module beside this one holds those of one matter."""

from apps.objectives.models_budgets import (
    BudgetDay,
    BudgetEvaluation,
    BudgetStatus,
    BurnAlert,
    FormerStatus,
    IncidentSpend,
    JudgedCounts,
)
from apps.objectives.models_facts import BudgetDayFact, BurnAlertFact, BusinessFact, SampleFact
from apps.objectives.models_indicators import Indicator, IndicatorRead, IndicatorVersion, MonitoringSource
from apps.objectives.models_objectives import EvaluationDue, Objective, ObjectiveVersion, TargetSuggestion
from apps.objectives.models_policies import (
    BudgetDecision,
    BudgetPolicy,
    BudgetPolicyVersion,
    DecisionSignature,
    PolicyTrigger,
)
from apps.objectives.models_samples import HeldSample, Sample, SampleBatch, SampleDay, Series

__all__ = [
    "BudgetDay",
    "BudgetDayFact",
    "BudgetDecision",
    "BudgetEvaluation",
    "BudgetPolicy",
    "BudgetPolicyVersion",
    "BudgetStatus",
    "BurnAlert",
    "BurnAlertFact",
    "BusinessFact",
    "DecisionSignature",
    "EvaluationDue",
    "FormerStatus",
    "HeldSample",
    "IncidentSpend",
    "Indicator",
    "IndicatorRead",
    "IndicatorVersion",
    "JudgedCounts",
    "MonitoringSource",
    "Objective",
    "ObjectiveVersion",
    "PolicyTrigger",
    "Sample",
    "SampleBatch",
    "SampleDay",
    "SampleFact",
    "Series",
    "TargetSuggestion",
]
