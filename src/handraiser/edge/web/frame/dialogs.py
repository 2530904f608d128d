"""How is something asked for in a dialog, and what is shown of what came of it?

What is refused stands at the field that it is about, else above all of them; what is done is told at the
foot of the page, which shows itself anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from handraiser.errors import Diagnostic, Mistakes

__all__ = ["Suggesting", "asked", "refuse", "settled"]

_OF_COMMANDS = re.compile(r"`handraiser |(?<!\w)--\w")
_QUOTED = re.compile(r"`([^`]*)`")


class Suggesting(forms.TextInput):
    """A text for which some are proposed, and any may be written."""

    def __init__(self, proposed: Callable[[], Iterable[str]]) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self._proposed = proposed

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the field, and what is proposed for it."""
        drawn = super().render(name, value, {**(attrs or {}), "list": f"{name}-proposed"}, renderer)
        proposed = format_html_join("", '<option value="{}">', ((each,) for each in self._proposed()))
        return format_html('{}<datalist id="{}-proposed">{}</datalist>', drawn, name, proposed)


def asked(
    request: HttpRequest, form: forms.Form, does: str, says: str, *, told: str = "", danger: bool = False
) -> HttpResponse:
    """Return a form as it is to be filled in, with what is wrong in it.

    does, says, told  what its button and its heading say, and what stands above the fields
    danger            what is done cannot be undone as easily
    """
    shown = {
        "form": form, "does": does, "says": says, "path": request.path, "told": told, "danger": danger,
    }  # fmt: skip
    return render(request, "frame/dialog.html", shown, status=422 if form.errors else 200)


def settled(
    request: HttpRequest,
    form: forms.Form,
    does: str,
    says: str,
    change: Callable[[], str],
    *,
    told: str = "",
    fields: Mapping[str, str] | None = None,
    then: Callable[[], str] | None = None,
    danger: bool = False,
) -> HttpResponse:
    """Have something changed that was asked for, or ask; return what is shown of either.

    change  does it, and returns what is said of it; raises Mistakes
    fields  at which field what a flow refuses is shown, by what the flow calls that: `--weight`
    then    returns the address of another page, which is to be seen then; without, the same one is
    """
    if request.method == "POST" and form.is_valid():
        try:
            done = change()
        except Mistakes as mistakes:
            refuse(form, mistakes, fields or {})
        else:
            return _gone_on(request, done, then()) if then else _changed(done)
    return asked(request, form, does, says, told=told, danger=danger)


def _changed(done: str) -> HttpResponse:
    """Return that something is not as it was, in words."""
    happened = {"handraiser:said": {"text": done, "undo": None}, "handraiser:changed": {}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(happened)})


def refuse(form: forms.Form, mistakes: Mistakes, fields: Mapping[str, str]) -> None:
    """Have a form say what is wrong, each at the field that it is of."""
    for wrong in mistakes.diagnostics:
        field = fields.get(wrong.at.file)
        form.add_error(field if field in form.fields else None, _said(wrong))


def _gone_on(request: HttpRequest, done: str, address: str) -> HttpResponse:
    messages.success(request, done)
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def _said(wrong: Diagnostic) -> str:
    """Return what is wrong and what would be right, without the commands that nobody here has asked for."""
    fix = "" if _OF_COMMANDS.search(wrong.fix) else f" {wrong.fix}"
    return _QUOTED.sub(r"“\1”", wrong.says + fix)
