// The form beside the text: what is typed in one is shown in the other.
//
// The text is what counts. A change in the form asks the server for the text with it, and only what differs is
// written into the text; a change of the text has the form drawn anew in place.
"use strict";
(() => {
  const SOON = 400; // milliseconds after the last letter
  const root = document.getElementById("beside");
  if (!root) return;
  const find = (selector, within = root) => within.querySelector(selector);
  const form = find("#form");
  const text = find("#id_text");
  const undo = find("[data-undo-form]");
  const redo = find("[data-redo-form]");
  const done = []; // what the form did to the text: before and after
  const undone = [];
  let drawn = text.defaultValue; // of which the form is
  let soon = 0;
  let asked = 0; // what is not answered yet
  let queue = Promise.resolve(); // one after the other, each with the text as the one before has left it
  form.childNodes.forEach(morph.own);
  if (text.value !== drawn) next(redraw); // the browser has filled in what was typed before

  async function ask(said) {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
    const answer = await fetch(root.dataset.beside, { method: "POST", headers, body: new URLSearchParams(said) });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function next(act) {
    asked += 1;
    queue = queue.then(act).then(() => answered(""), () => answered("The server does not answer. What you change in the form is not in the text yet: change it again.")).finally(() => { asked -= 1; });
    return queue;
  }
  function answered(says) {
    find("[data-unanswered]").textContent = says;
    find("[data-unanswered]").hidden = !says;
  }

  // ---- the text changes: so does the form

  async function redraw() {
    while (text.value !== drawn) {
      const of = text.value;
      const answer = await ask({ text: of });
      if (text.value === of) show(answer, of);
    }
  }

  function show(answer, of) {
    drawn = of;
    const broken = "broken" in answer;
    if (!broken) morph.drawn(form, answer.form);
    form.disabled = broken;
    find("[data-broken]").hidden = !broken;
    if (!broken) return;
    find("[data-broken-says]").textContent = answer.broken;
    find("[data-broken-line]").dataset.line = answer.line;
    find("[data-broken-line]").textContent = `Line ${answer.line}`;
  }

  text.addEventListener("input", () => {
    buttons();
    clearTimeout(soon);
    soon = setTimeout(() => { if (text.value !== drawn) next(redraw); }, SOON);
  });

  // ---- the form changes: so does the text

  async function change(field, said) {
    for (;;) {
      await redraw();
      if (form.disabled || !form.contains(field)) return;
      const of = text.value;
      const answer = await ask({ text: of, at: field.dataset.at, ...said });
      if (text.value !== of) continue; // somebody has typed meanwhile: with that, then
      if (answer.refused) {
        refuse(field, answer.refused);
        return;
      }
      if (answer.text !== of) {
        done.push({ before: of, after: answer.text });
        undone.length = 0;
        write(answer.text);
      }
      if (field.value === said.value) morph.waits.delete(field);
      show(answer, answer.text);
      if (answer.shows.length) open(JSON.stringify(answer.shows));
      return;
    }
  }

  function refuse(field, says) {
    field.classList.add("is-invalid");
    field.setAttribute("aria-invalid", "true");
    let place = document.getElementById(`${field.id}-wrong`);
    if (!place) {
      place = document.createElement("div");
      place.id = `${field.id}-wrong`;
      place.className = "beside-wrong";
      morph.own(place); // it goes when the form is drawn anew
      (field.closest(".beside-field") ?? field.closest(".beside-row, .btn-list") ?? form).append(place);
    }
    place.textContent = says;
    field.setAttribute("aria-describedby", place.id);
  }

  // Only what differs is written: the cursor stays, and what is scrolled to.
  function write(now) {
    const was = text.value;
    const most = Math.min(was.length, now.length);
    let start = 0;
    while (start < most && was[start] === now[start]) start += 1;
    let end = 0;
    while (end < most - start && was[was.length - 1 - end] === now[now.length - 1 - end]) end += 1;
    const { scrollTop, scrollLeft } = text;
    text.setRangeText(now.slice(start, now.length - end), start, was.length - end, "preserve");
    text.scrollTop = scrollTop;
    text.scrollLeft = scrollLeft;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("change", (event) => {
    const field = event.target;
    if (!("at" in field.dataset) || field.readOnly) return;
    const said = { do: field.dataset.do ?? "set", value: field.value };
    morph.waits.add(field); // until it is in the text, what was filled in stays
    next(() => change(field, said)).finally(() => morph.waits.delete(field));
  });
  form.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-opens]");
    if (opens) toggle(opens, opens.getAttribute("aria-expanded") !== "true");
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    const list = button.closest(".beside-list");
    const title = find(".beside-title", button.closest("[data-item]") ?? button)?.textContent;
    next(async () => {
      await change(button, { do: button.dataset.do, value: button.dataset.value ?? "" });
      if (!button.isConnected) {
        find(":scope > .btn-list button", list)?.focus();
        document.dispatchEvent(new CustomEvent("handraiser:said", { detail: { text: `“${title}” is removed. Undo brings it back.`, undo: null } }));
      }
      else if (button.disabled) find("[data-opens]", button.closest("[data-item]"))?.focus();
    });
  });
  form.addEventListener("keydown", (event) => {
    // A condition is one line; whoever wants another one holds the shift key.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches(".beside-condition")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  function toggle(opens, isOpen) {
    opens.setAttribute("aria-expanded", String(isOpen));
    document.getElementById(opens.dataset.opens).hidden = !isOpen;
  }
  function open(at) {
    const card = [...form.querySelectorAll("[data-item]")].find((each) => JSON.stringify(JSON.parse(each.dataset.item)) === at);
    if (!card) return;
    toggle(find("[data-opens]", card), true);
    const first = find("[data-body] input, [data-body] textarea", card);
    first?.focus();
    if (first?.select) first.select();
  }

  // ---- back and forth

  const last = (list) => list[list.length - 1];
  const mayUndo = () => done.length > 0 && last(done).after === text.value;
  const mayRedo = () => undone.length > 0 && last(undone).before === text.value;
  function buttons() {
    undo.disabled = !mayUndo();
    redo.disabled = !mayRedo();
  }
  function back() {
    const step = done.pop();
    undone.push(step);
    write(step.before);
    next(redraw);
  }
  function forth() {
    const step = undone.pop();
    done.push(step);
    write(step.after);
    next(redraw);
  }
  undo.addEventListener("click", () => { if (mayUndo()) back(); });
  redo.addEventListener("click", () => { if (mayRedo()) forth(); });
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const at = event.target;
    if (at !== text && at.matches("input, textarea") && at.value !== at.defaultValue) return; // its own
    const key = event.key.toLowerCase();
    const act = key === "z" && !event.shiftKey && mayUndo() ? back : (key === "y" || (key === "z" && event.shiftKey)) && mayRedo() ? forth : null;
    if (!act) return;
    event.preventDefault();
    act();
  });

  // ---- what is proposed is what the form says too

  document.getElementById("propose").addEventListener("submit", (event) => {
    if (!asked) return;
    event.preventDefault();
    queue.then(() => event.target.requestSubmit(event.submitter));
  });

  // The parts are scrolled to within the form.
  find(".beside-parts").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const part = find(link.getAttribute("href"));
    if (!part) return;
    part.scrollIntoView({ block: "start" });
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
  });
})();
