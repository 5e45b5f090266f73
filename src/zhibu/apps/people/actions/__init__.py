"""Deeds, by subject: work, membership, posts, accounts. One deed is one transaction."""
