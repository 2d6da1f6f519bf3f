"""Writes of incidents, retros, actions and pages: each module one matter, each call one transaction."""
