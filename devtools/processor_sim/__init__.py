"""A card processor for this machine: what Stripe's own SDK says it speaks, with a clock, faults, and no real money."""
