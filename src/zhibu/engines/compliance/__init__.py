"""What is owed over any number of organizations, from Parquet files: the whole form of ``domain.compliance``.

``files`` are the facts (``snapshot`` writes them), ``rules`` the rules among them, ``calendar`` the rules as arrays,
``kernel`` judges one range of organizations, ``sums`` counts up the tree, ``tables`` are what comes out, ``run`` does
it all. No meaning lives here: each cell equals that of ``domain.compliance.evaluate``.
"""
