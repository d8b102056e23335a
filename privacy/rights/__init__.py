"""What people may ask of us about their data, how long we may take, and what we may answer."""
