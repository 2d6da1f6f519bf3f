"""Admin pages of actions, to read."""
