"""What a firm pays us: so far the plans and their prices."""
