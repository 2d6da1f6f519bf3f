"""Reads of incidents, retros, actions and pages."""
