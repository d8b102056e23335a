"""Admin, Plan and billing: what a firm pays us."""
