"""Metric definitions without Django: the typed spec, how it is read, written and said in words."""
