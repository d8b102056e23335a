"""The people of an account: how they come, what they may, how they go, and who owns it."""
