"""The real process, killed for real, between two workspaces that survive and keep the truth."""
