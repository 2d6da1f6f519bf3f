"""REST endpoints of target reviews."""
