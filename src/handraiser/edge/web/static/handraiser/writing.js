// A text that is being written: whoever is told of a line is brought to it.
"use strict";
document.addEventListener("click", (event) => {
  const told = event.target.closest("[data-line]");
  if (!told) return;
  event.preventDefault();
  const text = document.getElementById("id_text");
  const lines = text.value.split("\n");
  const line = Math.min(Number(told.dataset.line), lines.length);
  const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(before, before + lines[line - 1].length);
  text.scrollTop = Math.max(0, (line - 5) * (text.scrollHeight / lines.length));
});
