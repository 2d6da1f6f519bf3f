"""Who may do what with incidents, retros, actions and pages."""
