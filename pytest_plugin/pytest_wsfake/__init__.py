"""The pytest plugin of wsfake. Until a test asks for `ws_fake`, it imports nothing but the time."""
