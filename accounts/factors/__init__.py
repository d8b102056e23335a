"""Second factors: an app with codes, passkeys, and recovery codes for the day when both are lost (ADR 11)."""
