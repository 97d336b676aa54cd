"""The web-platform-tests of `websockets/`, by their own testharness.js in the browser profile."""
