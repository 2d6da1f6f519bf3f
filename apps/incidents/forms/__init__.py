"""Shapes of what people type, by matter."""
