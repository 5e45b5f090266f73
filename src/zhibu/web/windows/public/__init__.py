"""Pages that anybody reads without an account: guides, sites, posts, questions. To read them sets no cookie."""
