"""What we promise, how it is kept, and what proves it."""
