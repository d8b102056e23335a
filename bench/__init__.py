"""How quick Candor is, measured beside the least that the same work can cost. `bin/bench` runs it."""
