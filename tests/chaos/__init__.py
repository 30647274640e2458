"""The chaos suite: the whole studio, struck while it works, and one checker that reads what is left."""
