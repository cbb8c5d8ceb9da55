"""Two third-party Slack-like workspaces on this machine, side by side, for demo and tests."""
