"""REST endpoints of proposals: tools write and submit them, people sign on pages."""
