"""Records that are there twice: finding them, merging them, and taking that back."""
