"""Reads of objectives, their indicators and policies, and of what they are judged by."""
