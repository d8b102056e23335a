"""Everything that a firm has here, as one archive that can be checked, read elsewhere, and brought back."""
