"""``zhibu``: the command line. One command a module; this one lists them."""

from __future__ import annotations

from typing import Annotated

import typer

from zhibu import __version__
from zhibu.web.operator import (
    figures,
    import_workbook,
    init,
    keys,
    obligations,
    papers,
    plan,
    playbook,
    reindex,
    serve,
    tokens,
    verify,
    wechat,
    whole,
    worker,
)
from zhibu.web.operator.demo import demo

app = typer.Typer(
    name="zhibu",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


def _tell(asked: bool) -> None:  # noqa: FBT001 - the command line hands it over so
    if asked:
        typer.echo(f"zhibu {__version__}")
        raise typer.Exit


@app.callback()
def zhibu(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_tell, is_eager=True, help="Tell it and stop.")
    ] = False,
) -> None:
    """The organizational life and the learning of an organization whose people work shifts."""


app.command("demo")(demo.demo)
app.command("figures")(figures.figures)
app.command("import")(import_workbook.import_workbook)
app.command("obligations")(obligations.obligations)
app.command("facts")(whole.facts)
app.command("evaluate")(whole.evaluate)
app.command("plan")(plan.plan)
app.command("reindex")(reindex.reindex)
app.command("init")(init.init)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("ledger")(papers.ledger)
app.command("minutes")(papers.minutes)
app.command("compendium")(papers.compendium)
app.command("verify")(verify.verify)
app.command("codes")(keys.codes)
app.command("grant")(keys.grant)
app.command("tokens")(tokens.tokens)
app.add_typer(playbook.app, name="playbook")
app.add_typer(wechat.app, name="wechat")


def run() -> None:
    app()
