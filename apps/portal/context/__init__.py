"""Turns what queries return into the plain values templates show."""
