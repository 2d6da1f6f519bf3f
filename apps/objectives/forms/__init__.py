"""Shapes of what people type about objectives."""
