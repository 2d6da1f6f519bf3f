"""The REST API of measurements."""
