"""Admin pages of pages, alert rules and on-call profiles, to read."""
