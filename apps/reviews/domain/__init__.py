"""Rules of quarterly target reviews: states, seats, content. Pure."""
