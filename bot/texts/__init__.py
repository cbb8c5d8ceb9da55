"""Every word the bot says, in both languages."""
