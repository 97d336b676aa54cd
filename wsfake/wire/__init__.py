"""Bytes of a connection in memory: what they mean, and what an event is as bytes. No I/O.

Nothing is imported here: most tests speak in events alone, and load no more than `payloads`.
"""
