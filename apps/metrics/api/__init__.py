"""REST endpoints of definitions, versions, targets and specs."""
