"""Pages of incidents, retros, actions and on-call."""
