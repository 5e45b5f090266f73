"""``zhibu reindex``: what texts are found by, made anew from the records they come from."""

from __future__ import annotations

import typer

from zhibu.web.operator.terminal import AsJson, DataFolder, print_json, start


def reindex(data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Make the search in texts anew. Nothing else changes; it may be done while zhibu runs."""
    start(data)
    from zhibu.apps.forum.actions.indexing import rebuild_posts
    from zhibu.apps.forum.queries import POST
    from zhibu.apps.guides.actions.indexing import rebuild_guides
    from zhibu.apps.guides.queries import GUIDE
    from zhibu.apps.learning.actions.unit_index import rebuild_units
    from zhibu.apps.learning.units import UNIT
    from zhibu.apps.lists.actions.indexing import ARTICLE, rebuild_articles
    from zhibu.apps.meetings.actions.indexing import RECORD, rebuild_records

    counted = {
        RECORD: rebuild_records(),
        ARTICLE: rebuild_articles(),
        GUIDE: rebuild_guides(),
        UNIT: rebuild_units(),
        POST: rebuild_posts(),
    }
    if as_json:
        print_json({"indexed": counted})
    else:
        for kind, number in counted.items():
            typer.echo(f"{kind}: {number}")
