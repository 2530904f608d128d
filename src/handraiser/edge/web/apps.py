"""The web front as Django's app: it has templates and files that pages load, and no tables."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["Web"]


class Web(AppConfig):
    """What Django looks for templates, template tags and static files in."""

    name = "handraiser.edge.web"
    label = "web"
