"""Indicators, objectives, budgets, alerts, policies and decisions: their words and rules. Pure."""
