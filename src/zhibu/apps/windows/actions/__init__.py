"""The deeds at the service windows: of posts, of sites and sections, of those who sit there."""
