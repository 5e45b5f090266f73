"""The relay: takes the platform's calls where the main server has no internet, and keeps them until it fetches them.

``outer`` stands in the outer zone, ``inner`` is the main server's side. Only the inner side opens connections.
"""
