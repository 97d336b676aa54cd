"""The pytest plugin of wsfake. It imports nothing of wsfake until a test asks for `ws_fake`."""
