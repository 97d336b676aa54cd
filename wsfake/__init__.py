"""A test double and recording proxy for WebSocket scripts."""
