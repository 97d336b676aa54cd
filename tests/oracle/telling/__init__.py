"""What every runner of the scenarios shares: wire items as bytes, script actions as calls, and the log."""
