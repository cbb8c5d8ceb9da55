"""Measurements against a bare Bolt app, printed as ratios; nothing here passes or fails on time."""
