"""A stand-in for the platform, a part of its own: its side of what is said, as documented, with a page to chat on.

It knows nothing of zhibu but the address that is called, and refuses what the real one refuses. Nothing is kept.
"""
