"""REST endpoints of scorecards."""
