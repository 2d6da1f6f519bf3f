"""Filters of the lists of indicators, objectives, budgets, policies and their triggers."""
