"""Admin pages of retros and known causes, to read."""
