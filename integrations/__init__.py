"""How the bot reaches the world."""
