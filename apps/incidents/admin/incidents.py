"""Admin pages of incidents and severities, to read."""
