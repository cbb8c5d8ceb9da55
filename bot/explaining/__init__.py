"""How texts would be read, for who asks on the command line: no settings, no database."""
