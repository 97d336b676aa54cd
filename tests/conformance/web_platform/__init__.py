"""The web-platform-tests of `websockets/`, run by their own testharness.js in the browser profile."""
