// What happens in a page without asking the server: menus, dialogs, keys, clocks, and what was just said.
(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const every = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---- light or dark, and menus

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) {
      const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", theme);
      localStorage.setItem("theme", theme);
    }
    for (const menu of every("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const shows = event.target.closest("[data-shows]");
    if (shows) find(shows.dataset.shows).showModal();
    if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
    const asks = event.target.closest("[data-form]");
    if (asks) openForm(asks.dataset.form);
  });

  // ---- forms in a dialog

  function openForm(address) {
    const dialog = find("#dialog");
    closeMenus();
    dialog.replaceChildren();
    htmx.ajax("GET", address, { target: "#dialog", swap: "innerHTML" }).then(() => {
      if (!dialog.firstElementChild) return; // what there is to fill in has not come
      dialog.showModal();
      find("select, textarea, input:not([type=hidden])", dialog)?.focus();
    }, () => {});
  }
  function closeMenus() {
    for (const menu of every("details.menu[open]")) menu.open = false;
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    // A form that was refused comes back with what is wrong in it.
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
      if (event.detail.requestConfig.verb === "post" && !find("#dialog[open]")) {
        event.detail.target = find("#dialog");
        event.detail.swapOverride = "innerHTML"; // what asked had nothing to be swapped
        find("#dialog").showModal();
      }
    }
  });

  // ---- rows that are drawn anew: whoever was at one of them still is

  let focused = null;
  document.addEventListener("htmx:beforeSwap", () => {
    focused = document.activeElement?.closest("[data-episode]")?.id ?? null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    tick();
    // Whoever is still where they were, as at the button of a dialog that opens, stays there.
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (focused && lost && !find("dialog[open]")) document.getElementById(focused)?.focus();
  });

  // ---- a page that shows what was changed, and does not draw it anew by itself

  document.addEventListener("handraiser:changed", () => {
    if (!find("[data-reloads]")) return;
    sessionStorage.setItem("said", JSON.stringify(lastSaid));
    // Whoever uses keys is where they were: at what opened the dialog, which has gone.
    sessionStorage.setItem("at", document.activeElement?.id ?? "");
    location.reload();
  });

  // ---- what was just said, and a way to take it back

  let leaving = 0;
  let lastSaid = null;
  document.addEventListener("handraiser:said", (event) => {
    // Who has opened another dialog meanwhile is still at it.
    if (!event.target.closest?.(".queue li, .board") || event.target.closest("dialog")) find("#dialog[open]")?.close();
    tell(event.detail);
  });
  function tell(said) {
    lastSaid = { text: said.text, undo: said.undo };
    closeMenus();
    const toast = find("#toast");
    find("[data-says]", toast).textContent = said.text;
    const undo = find("[data-undo]", toast);
    undo.hidden = said.undo === null;
    undo.dataset.undo = said.undo ?? "";
    toast.hidden = false;
    clearTimeout(leaving);
    leaving = setTimeout(() => { toast.hidden = true; }, 30000);
  }
  const before = sessionStorage.getItem("said");
  sessionStorage.removeItem("said");
  if (before) tell(JSON.parse(before));
  const at = sessionStorage.getItem("at");
  sessionStorage.removeItem("at");
  if (at) document.getElementById(at)?.focus();
  document.addEventListener("click", (event) => {
    const undo = event.target.closest("[data-undo]");
    if (undo) takeBack(undo);
  });
  function takeBack(undo) {
    if (undo.hidden || find("#toast").hidden) return;
    htmx.ajax("POST", `/episodes/${undo.dataset.undo}/undo`, { target: "#dialog", swap: "none" });
  }
  // ---- a server that does not answer, or not as it should

  let stays = false; // what somebody said was answered with an error, whatever the page is answered meanwhile
  const byItself = (event) => event.detail.elt?.matches?.("[data-polls]") ?? false;
  document.addEventListener("htmx:sendError", (event) => lost(byItself(event)));
  document.addEventListener("htmx:timeout", (event) => lost(byItself(event)));
  document.addEventListener("htmx:responseError", (event) => lost(byItself(event), event.detail.xhr.status));
  function lost(itself, status) {
    const what = status ? `The server answers with an error (${status}).` : "The server does not answer.";
    const then = itself ? "What you see is as it was; it goes on by itself when the server is back." : "Try again.";
    stays = Boolean(status) && !itself;
    find("#lost").textContent = `${what} ${then}`;
    find("#lost").hidden = false;
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && !(stays && byItself(event))) find("#lost").hidden = true;
  });

  // ---- what asks by itself does not take away a menu that somebody has opened

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (byItself(event) && find("details.menu[open]", event.detail.elt)) event.preventDefault();
  });

  // ---- keys

  const acts = {
    a: ["accept"], r: ["recycle"], l: ["log"], q: ["sql"], o: ["opportunity"], w: ["won"], x: ["lost"],
    p: ["pause", "resume"], g: ["assign"],
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of every("details.menu[open]")) {
        menu.open = false;
        find("summary", menu).focus();
      }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select") || find("dialog[open]")) return;
    const rows = every("[data-episode]");
    const at = rows.indexOf(document.activeElement?.closest("[data-episode]"));
    if (event.key === "j" || event.key === "k") {
      const next = at < 0 ? 0 : at + (event.key === "j" ? 1 : -1);
      rows[Math.max(0, Math.min(rows.length - 1, next))]?.focus();
    } else if (event.key === "?" && find("#keys")) find("#keys").showModal();
    else if (event.key === "u") takeBack(find("[data-undo]"));
    else if (at >= 0 && event.key === "Enter" && event.target === rows[at]) find("[data-open]", rows[at])?.click();
    else if (at >= 0 && event.key === "m") openMenu(rows[at]);
    else if (at >= 0 && acts[event.key]) acts[event.key].map((act) => find(`[data-act=${act}]`, rows[at])).find(Boolean)?.click();
    else return;
    event.preventDefault();
  });

  function openMenu(row) {
    const menu = find("details.menu", row);
    if (!menu) return;
    menu.open = true;
    find(".dropdown-item", menu)?.focus();
  }

  // ---- clocks: how long there still is, of time that counts

  const drawnAt = new WeakMap();
  function tick() {
    const now = Date.now();
    for (const clock of every("[data-left]")) {
      if (!drawnAt.has(clock)) drawnAt.set(clock, now);
      const turnsAt = Number(clock.dataset.turnsAt || 0) / 1000;
      const since = clock.dataset.runs === "1" ? drawnAt.get(clock) : Math.max(drawnAt.get(clock), turnsAt || Infinity);
      const left = Number(clock.dataset.left) - Math.max(0, now - since) / 1000;
      const stands = clock.dataset.runs !== "1" && now < (turnsAt || Infinity);
      const until = clock.dataset.goesOn ? `, goes on ${clock.dataset.goesOn}` : ", stands still";
      clock.textContent = left < 0 ? `${told(-left)} late` : `in ${told(left)}${stands ? until : ""}`;
    }
  }
  function told(seconds) {
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.floor(hours / 24)} days`;
    if (hours) return `${hours} h ${minutes % 60} min`;
    return minutes ? `${minutes} min` : `${Math.floor(seconds)} s`;
  }
  setInterval(tick, 1000);
  tick();
})();
