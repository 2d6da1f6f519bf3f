"""Rules of governance: states, consent, checks, dates, kinds. Pure."""
