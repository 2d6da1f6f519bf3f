"""Reads of the pages: each composes the queries of the apps below and returns plain rows."""
