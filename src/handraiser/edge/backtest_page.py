"""How does a back-test become one page that opens anywhere, without a network?"""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from handraiser.agreement.wording import number, spelled_date
from handraiser.edge.backtest_told import aim, load_of, names_of, no_curve, share, span, title_of
from handraiser.edge.charts import charts
from handraiser.edge.comparing import Comparison

__all__ = ["backtest_page"]

_MOST = 500  # people of each kind in the page; JSON has all


def backtest_page(found: Comparison) -> str:
    """Return the page: HTML with its style and pictures inside."""
    environment = Environment(
        loader=PackageLoader("handraiser.edge"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "share": share,
        "span": span,
        "number": number,
        "date": spelled_date,
        "aim": aim,
        "load": load_of,
    }
    page = environment.get_template("backtest.html.jinja")
    pictures = {name: Markup(svg) for name, svg in charts(found).items()}  # noqa: S704  escaped as it was drawn
    return page.render(
        found=found,
        test=found.test,
        against=found.against,
        names=names_of(found),
        title=title_of,
        no_curve=no_curve(found.test),
        charts=pictures,
        most=_MOST,
    )
