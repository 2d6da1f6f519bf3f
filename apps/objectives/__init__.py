"""Objectives: what is promised, measured from counted events, and what is agreed to happen when it is missed."""
