"""Shapes of what people type in reviews."""
