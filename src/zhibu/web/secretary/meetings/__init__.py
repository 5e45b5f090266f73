"""A secretary's meetings, from the notice to the filed record: pages for a phone and a desk."""
