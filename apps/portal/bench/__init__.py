"""`manage.py bench`: a generated organisation on PostgreSQL, and how long the portal takes beside plain baselines."""
