"""Writes of indicators, objectives, budgets and policies: each module one matter, each call one transaction."""
