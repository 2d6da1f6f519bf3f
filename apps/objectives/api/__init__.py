"""REST of indicators, objectives, budgets, policies and their triggers."""
