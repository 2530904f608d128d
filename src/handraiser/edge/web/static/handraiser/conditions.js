// Conditions made of what people have: a dialog beside each field for one, event names as one types, and the
// words of conditions where the whole agreement is typed.
(() => {
  "use strict";
  const find = (selector, within = document) => within.querySelector(selector);

  // ---- what there is: asked for once, and again by event

  const kept = new Map();
  function words(event = "") {
    if (!kept.has(event)) {
      const asked = fetch(`/fields/words${event ? `?event=${encodeURIComponent(event)}` : ""}`)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))));
      kept.set(event, asked.catch(() => { kept.delete(event); return { fields: [], events: [] }; }));
    }
    return kept.get(event);
  }

  // ---- beside each field for a condition a button, at each for an event the names that there are

  const nameOf = (input) => input.labels?.[0]?.textContent.trim() || input.getAttribute("aria-label") || "";
  const buttons = new WeakMap(); // by field: what draws a field anew may take its attributes away
  function decorate() {
    for (const input of document.querySelectorAll("[data-condition]")) {
      const there = buttons.get(input);
      if (there?.isConnected) there.hidden = input.readOnly || input.disabled;
      else if (!input.readOnly && !input.disabled) build(input);
    }
    for (const input of document.querySelectorAll("input[data-event-name]:not([list])")) {
      input.setAttribute("list", "event-names");
      nameEvents();
    }
  }
  function build(input) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm condition-build";
    button.textContent = "Build…";
    if (nameOf(input)) button.setAttribute("aria-label", `Build…: ${nameOf(input)}`);
    button.addEventListener("click", () => open(input));
    buttons.set(input, button);
    input.after(button);
  }
  async function nameEvents() {
    if (find("#event-names")) return;
    const list = document.createElement("datalist");
    list.id = "event-names";
    document.body.append(list);
    for (const each of (await words()).events) {
      const option = document.createElement("option");
      option.value = each.name;
      option.label = each.says;
      list.append(option);
    }
  }
  let waits = false;
  new MutationObserver(() => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; decorate(); });
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["list", "readonly", "disabled"] });
  decorate();

  // ---- the dialog

  let asking = null; // the field for which it is open
  function dialog() {
    const there = find("#dialog");
    if (there) return there;
    const made = document.createElement("dialog");
    made.id = "dialog";
    made.setAttribute("aria-labelledby", "dialog-title");
    document.body.append(made);
    return made;
  }
  function open(input) {
    const box = dialog();
    asking = input;
    box.replaceChildren();
    const values = {
      for: input.dataset.condition, event: input.dataset.event ?? "", condition: input.value,
      name: decodeURIComponent(/^\/agreements\/([^/]+)\/edit/.exec(location.pathname)?.[1] ?? ""),
      text: find("#id_text")?.value ?? "",
    };
    htmx.ajax("POST", "/conditions", { target: box, swap: "innerHTML settle:0ms", values }).then(() => {
      if (!box.firstElementChild) return;
      box.showModal();
      (find("select[name^=field-]", box) ?? find("textarea, button", box))?.focus();
    }, () => {});
    box.addEventListener("close", () => { (input.isConnected ? input : null)?.focus(); }, { once: true });
  }
  document.addEventListener("handraiser:condition", (event) => {
    const input = asking;
    find("#dialog[open]")?.close();
    if (!input?.isConnected) return;
    input.value = event.detail.text;
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    input.focus();
  });
  document.addEventListener("click", (event) => {
    const puts = event.target.closest("[data-puts]");
    if (!puts) return;
    const input = find(puts.dataset.puts);
    input.value = puts.dataset.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  });
  // What is written while rows are drawn anew is written into the new ones.
  const filled = () => new Map([...document.querySelectorAll("#condition-rows :is(input, textarea)[id]")].map((each) => [each.id, each.value]));
  const redraws = (event) => event.detail.target?.id === "condition-rows";
  let before = new Map();
  let meanwhile = [];
  document.addEventListener("htmx:beforeRequest", (event) => { if (redraws(event)) before = filled(); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (redraws(event)) meanwhile = [...filled()].filter(([id, value]) => before.has(id) && before.get(id) !== value);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    // A row that is new is what one goes on with; what one was at stays where it is there still.
    const form = event.target.closest?.("#condition");
    for (const [id, value] of meanwhile.splice(0)) {
      const input = document.getElementById(id);
      if (!input) continue;
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (!form || form.contains(document.activeElement)) return;
    const fresh = [...form.querySelectorAll("select[name^=field-]")].filter((each) => !each.value).pop();
    (fresh ?? find("#condition-typed, select[name^=field-], #condition-type", form))?.focus();
  });

  // ---- words as one types the whole agreement

  const text = find("#id_text");
  if (!text) return;
  const box = document.createElement("div");
  Object.assign(box, { id: "words", className: "words", hidden: true });
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "Words that fit here");
  const told = document.createElement("div");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  (text.closest("main") ?? document.body).append(box, told);
  text.setAttribute("aria-autocomplete", "list");
  let shown = [];
  let active = -1;
  let asked = 0;

  const CONDITION = /(?:^|[\s{,])(when|where|mql|hand_raise|never):\s*["]?((?:(?!,\s*\w+:\s).)*)$/;
  const VALUE = /((?:lead|company)\.\w+|\w+)\s*(?:=|<>|!=|i?like|in\s*\((?:[^()]*,)?)\s*'((?:[^']|'')*)$/;
  // What is being written at the caret: an event's name, a field, or a value of one.
  function place() {
    const before = text.value.slice(0, text.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const event = /(?:^|[\s{,-])event:\s*\[?(?:[^[\]{}]*,\s*)?["']?([^,[\]{}:"']*)$/.exec(line);
    if (event) return { kind: "event", word: event[1] };
    const condition = CONDITION.exec(line);
    if (!condition) return null;
    const event_of = condition[1] === "where" ? eventHere(before.length) : "";
    if (condition[1] === "where" && !event_of) return null;
    const value = VALUE.exec(condition[2]);
    if (value) return { kind: "value", field: value[1].toLowerCase(), word: value[2], event: event_of };
    if ((condition[2].replaceAll("''", "").match(/'/g) ?? []).length % 2) return null;
    return { kind: "field", word: /[\w.]*$/.exec(condition[2])[0], event: event_of };
  }
  function eventHere(at) {
    const start = text.value.lastIndexOf("rule:", at);
    const next = text.value.indexOf("rule:", at);
    const rule = text.value.slice(Math.max(start, 0), next < 0 ? undefined : next);
    return /event:\s*\[?\s*["']?([^,\n[\]{}"']+)/.exec(rule)?.[1].trim() ?? "";
  }
  async function proposals(here) {
    if (here.kind === "event") {
      return (await words()).events.map((each) => ({ puts: spelled(each.name), text: each.name, says: each.says }));
    }
    const { fields } = await words(here.event);
    if (here.kind === "field") return fields.map((each) => ({ puts: each.text, text: each.text, says: each.says }));
    const of = fields.find((each) => each.text === here.field);
    return (of?.values ?? []).map(([value, says]) => ({ puts: value.replaceAll("'", "''"), text: value, says }));
  }
  const spelled = (name) => (/[:#,[\]{}"'&*!|>%@`]/.test(name) ? JSON.stringify(name) : name);

  async function propose(wanted) {
    const mine = ++asked;
    const here = place();
    if (!here || (!wanted && !here.word && here.kind === "field")) return close();
    const word = here.word.toLowerCase();
    const all = await proposals(here);
    if (mine !== asked || document.activeElement !== text) return undefined;
    const begin = all.filter((each) => each.text.toLowerCase().startsWith(word));
    const inside = all.filter((each) => !begin.includes(each) && each.text.toLowerCase().includes(word));
    shown = [...begin, ...inside].filter((each) => each.text !== here.word).slice(0, 8);
    return shown.length ? draw(here, wanted) : close();
  }
  function draw(here, wanted) {
    box.replaceChildren(...shown.map((each, at) => {
      const option = document.createElement("div");
      Object.assign(option, { id: `words-${at}`, className: "words-one" });
      option.setAttribute("role", "option");
      const says = document.createElement("span");
      says.className = "text-secondary";
      says.textContent = each.says;
      option.append(each.text, " ", says);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(at); });
      return option;
    }));
    box.here = here;
    box.hidden = false;
    beside();
    told.textContent = `${shown.length} fit here.`;
    text.setAttribute("aria-controls", "words");
    choose(wanted ? 0 : -1);
    return undefined;
  }
  // Letters are all of one width, and lines are not broken.
  function beside() {
    const style = getComputedStyle(text);
    const size = Number.parseFloat(style.fontSize);
    const high = Number.parseFloat(style.lineHeight) || size * 1.5;
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${size}px ${style.fontFamily}`;
    const before = text.value.slice(0, text.selectionStart - box.here.word.length).split("\n");
    const at = text.getBoundingClientRect();
    const left = at.left + Number.parseFloat(style.paddingLeft) + before.at(-1).length * pen.measureText("m").width - text.scrollLeft;
    const top = at.top + Number.parseFloat(style.paddingTop) + before.length * high - text.scrollTop;
    box.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${Math.min(top, at.bottom)}px`;
  }
  function choose(at) {
    active = at;
    [...box.children].forEach((each, place) => each.setAttribute("aria-selected", String(place === at)));
    if (at < 0) return text.removeAttribute("aria-activedescendant");
    box.children[at].scrollIntoView({ block: "nearest" });
    return text.setAttribute("aria-activedescendant", `words-${at}`);
  }
  function close() {
    asked += 1;
    if (box.hidden) return;
    box.hidden = true;
    told.textContent = "";
    text.removeAttribute("aria-controls");
    text.removeAttribute("aria-activedescendant");
  }
  function take(at) {
    const { here } = box;
    const end = text.selectionStart;
    const closes = here.kind === "value" && text.value[end] !== "'" ? "'" : "";
    text.setRangeText(shown[at].puts + closes, end - here.word.length, end, "end");
    close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }
  text.addEventListener("input", () => propose(false));
  text.addEventListener("blur", close);
  text.addEventListener("scroll", close);
  addEventListener("scroll", close);
  text.addEventListener("click", close);
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.ctrlKey && event.code === "Space") propose(true);
    else if (box.hidden) return;
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key === "ArrowDown") choose((active + 1) % shown.length);
    else if (event.key === "ArrowUp" && active >= 0) choose((active + shown.length - 1) % shown.length);
    else if (event.key === "Enter" && active >= 0) take(active);
    else return;
    if (event.key !== "Tab") event.preventDefault();
  });
})();
