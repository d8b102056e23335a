"""What developing needs and production never starts."""
