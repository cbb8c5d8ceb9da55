"""Loops nobody asks for: the outbox dispatcher and the clock."""
