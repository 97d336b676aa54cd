"""What every runner shares: wire items as bytes, script actions as calls, and the log."""
