// A text that is being written: whoever is told of a line is brought to it, and chooses what is shown where there is no room for all.
"use strict";
(() => {
  const shown = document.getElementById("beside");
  function show(tab) {
    if (!shown) return;
    shown.dataset.view = tab;
    for (const each of shown.querySelectorAll("[data-tab]")) each.setAttribute("aria-pressed", String(each.dataset.tab === tab));
  }

  // What has been proposed is no draft any more: nothing that was about to be kept comes after it.
  const text = document.getElementById("id_text");
  const form = document.getElementById("propose");
  let isProposed = false;
  form.addEventListener("submit", (event) => {
    setTimeout(() => {
      isProposed = !event.defaultPrevented;
      if (isProposed) htmx.trigger(text, "htmx:abort");
    });
  });
  window.addEventListener("pageshow", () => { isProposed = false; });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== text) return;
    if (isProposed) event.preventDefault();
    event.detail.xhr.sent = text.value;
  });

  // What was written in the last moment before somebody leaves is kept too, though nobody waits for the answer.
  let kept = text.value;
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt === text && event.detail.successful) kept = event.detail.xhr.sent;
  });
  function leave() {
    if (isProposed || text.value === kept) return;
    if (navigator.sendBeacon(text.getAttribute("hx-post"), new URLSearchParams(new FormData(form)))) kept = text.value;
  }
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (tab) show(tab.dataset.tab);
    if (event.target.closest("#state")) show("words");
    const told = event.target.closest("[data-line]");
    if (!told) return;
    event.preventDefault();
    show("text");
    const lines = text.value.split("\n");
    const line = Math.min(Number(told.dataset.line), lines.length);
    const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(before, before + lines[line - 1].length);
    text.scrollTop = Math.max(0, (line - 5) * (text.scrollHeight / lines.length));
  });
})();
