"""Kakehashi: what the bot knows, decides, remembers and says."""
