"""Rules of scorecards: templates, cells, schedule, content. Pure."""
