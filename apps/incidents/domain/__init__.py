"""Incidents, retros, actions and pages: their words and rules. Pure."""
