"""Can all of a page be done without a mouse: come to by Tab, seen when one is there, begun by Enter?"""

from __future__ import annotations

from playwright.sync_api import Page, expect

__all__ = ["not_by_keyboard"]

_MOST = 400  # steps of the Tab key through a page
_STRIDE = 20  # of them at a time
# What can be clicked, with how it looks while nobody is there. Of radio buttons one stands for all; a slider
# that says what the field beside it says too is for the mouse.
_MARK = """() => {
  const clicked = "a[href], button, input, select, textarea, summary, [tabindex='0'], [data-form], [hx-post],"
    + " [draggable='true']";
  const looks = (one) => { const s = getComputedStyle(one);
    return [s.outlineStyle, s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor, s.left].join(" ");
  };
  const there = (one) => !one.disabled && one.type !== "hidden"
    && !one.matches("form, dialog *, [aria-hidden=true]")
    && one.checkVisibility({ visibilityProperty: true }) && (one.type !== "radio" || one.checked);
  window.looksOf = looks;
  document.activeElement?.blur();
  let number = 0;
  for (const one of document.querySelectorAll(clicked)) {
    if (!there(one)) continue;
    one.dataset.stop = String(number++);
    one.dataset.looked = looks(one);
  }
}"""
# Where one comes to, and whether that is seen, is written down by the page: nobody asks it after each step.
_WATCH = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync("* { transition: none !important; }");
  document.adoptedStyleSheets = [still];
  window.reached = {};
  window.goneRound = false;
  let last = null;
  document.addEventListener("focusin", ({ target }) => {
    const stop = target.dataset.stop ?? "";
    if (stop in reached && stop !== last) window.goneRound = true;
    reached[stop] = reached[stop] || looksOf(target) !== target.dataset.looked;
    last = stop;
  });
}"""
_ROUND = "() => window.goneRound || document.activeElement === document.body"
_CALLED = """() => Object.fromEntries([...document.querySelectorAll("[data-stop]")]
  .map((one) => [one.dataset.stop, one.outerHTML.slice(0, 160)]))"""


def not_by_keyboard(page: Page) -> list[str]:
    """Return what of a page cannot be come to by Tab, or is not seen to be where one is, or does not open."""
    page.evaluate(_WATCH)
    page.evaluate(_MARK)
    page.evaluate("scrollTo(0, 0)")
    for _ in range(_MOST // _STRIDE):
        for _ in range(_STRIDE):
            page.keyboard.press("Tab")
        if page.evaluate(_ROUND):
            break
    reached: dict[str, bool] = page.evaluate("window.reached")
    reached.pop("", None)
    called: dict[str, str] = page.evaluate(_CALLED)
    wrong = [f"not come to: {html}" for stop, html in called.items() if stop not in reached]
    wrong += [f"not seen: {called[stop]}" for stop, seen in reached.items() if not seen and stop in called]
    return wrong + _not_opened(page)


def _not_opened(page: Page) -> list[str]:
    """Return which dialogs do not open by Enter and close by Escape, back to where one was: one of a kind."""
    wrong, kinds = [], set()
    for button in page.locator("[data-form]:visible:not([disabled])").all():
        kind = button.inner_text()
        if kind in kinds:
            continue
        kinds.add(kind)
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("dialog[open]")).to_be_visible()
        if not page.evaluate("document.activeElement.closest('dialog[open]') !== null"):
            wrong.append(f"the dialog of {kind} is not where one is")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        if not button.evaluate("each => each === document.activeElement"):
            wrong.append(f"after the dialog of {kind} one is elsewhere")
    return wrong
