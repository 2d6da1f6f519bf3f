"""Pages of the portal, by what they show."""
