"""The development commands behind dev.py; standard library only, as they run before anything is installed."""
