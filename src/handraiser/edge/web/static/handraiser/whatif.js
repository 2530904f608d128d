// What if: fields and sliders, what they would give, and who is gained or lost. All changes are in the address.
(() => {
  const root = document.getElementById("what-if");
  const find = (selector, within = root) => within.querySelector(selector);
  const every = (selector, within = root) => [...within.querySelectorAll(selector)];
  const propose = find("[data-propose]");
  const charts = window.whatIfCharts(root);
  const asker = Math.random().toString(36).slice(2);
  const SOON = 60, SETTLED = 350, AGAIN = 300, LATER = 4000; // milliseconds
  let number = 0;
  let asking = null; // what is being asked, to be given up for something newer
  let waiting = 0;
  let settling = 0;
  let heard = 0; // when figures came
  let told = null;
  let points = null; // of the curve

  // ---- the fields

  const input = (field) => find("input", field);
  const slider = (field) => find("input[type=range]", field);
  const value = (field) => {
    const typed = input(field).value.trim();
    return "before" in field.dataset && typed !== "" ? `${field.dataset.before}${typed}${field.dataset.after}`.trim() : typed;
  };
  const fields = every("[data-field]");
  const field = (name) => fields.find((each) => each.dataset.field === name);

  function changes() {
    const found = new URLSearchParams();
    for (const each of fields) {
      if (value(each) !== each.dataset.agreed) found.set(each.dataset.field, value(each));
    }
    return found;
  }

  function show(each) {
    const changed = value(each) !== each.dataset.agreed;
    each.classList.toggle("whatif-changed", changed);
    find(".whatif-agreed", each).hidden = !changed;
  }

  function set(each, number) {
    input(each).value = number;
    if (slider(each)) slider(each).value = number;
    moved(each);
  }

  function moved(each) {
    show(each);
    const said = changes();
    find("[data-reset]").disabled = !said.size;
    if (propose) propose.disabled = !said.size;
    history.replaceState(null, "", said.size ? `?${said}` : location.pathname);
    clearTimeout(waiting);
    waiting = setTimeout(ask, SOON);
  }

  for (const each of fields) {
    input(each).addEventListener("input", () => {
      if (slider(each)) slider(each).value = input(each).value;
      moved(each);
    });
    slider(each)?.addEventListener("input", () => { input(each).value = slider(each).value; moved(each); });
  }
  find("[data-fields]").addEventListener("submit", (event) => event.preventDefault());
  find("[data-handle]").addEventListener("input", (event) => {
    if (field("threshold")) set(field("threshold"), event.target.value);
  });
  find("[data-reset]").addEventListener("click", () => {
    // A value that was no number in the address may have no slider: the page is drawn anew.
    location.assign(location.pathname);
  });
  propose?.addEventListener("click", () => {
    const said = changes();
    said.set("what_if", "1");
    location.assign(`${propose.dataset.propose}?${said}`);
  });
  find("[data-link]").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      document.dispatchEvent(new CustomEvent("handraiser:said", { detail: { text: "The link is copied.", undo: null } }));
    } catch {
      document.dispatchEvent(new CustomEvent("handraiser:said", { detail: { text: "Copy the address of this page: all changes are in it.", undo: null } }));
    }
  });

  // ---- what they would give

  async function ask() {
    const mine = ++number;
    asking?.abort();
    asking = new AbortController();
    root.setAttribute("aria-busy", "true");
    let answer;
    try {
      const asked = await fetch(`${root.dataset.answer}?${question(mine)}`, { headers: { "HX-Request": "true" }, signal: asking.signal });
      if (asked.status === 401) location.reload();
      if (!asked.ok) throw new Error(String(asked.status));
      answer = await asked.json();
    } catch (wrong) {
      if (wrong.name !== "AbortError") fail("The server does not answer. It is asked again.");
      return;
    }
    if (mine === number) hear(answer);
  }

  const question = (mine) => { const said = changes(); said.set("asker", asker); said.set("number", mine); return said; };

  function hear(answer) {
    unmark();
    if (answer.type === "reading") return read(answer);
    if (answer.type === "wrong") return mark(answer.mistakes);
    if (answer.type === "failed") return fail(answer.says);
    if (answer.type !== "supposed") return undefined;
    told = answer;
    find("[data-waits]").hidden = true;
    find("[data-drawn]").hidden = false;
    clearTimeout(settling);
    heard = performance.now();
    curve(); // is found out while all else is drawn
    draw();
    root.removeAttribute("aria-busy");
    requestAnimationFrame(() => requestAnimationFrame(() => { root.dataset.number = number; }));
    return undefined;
  }

  // It takes longer than all the rest, and comes a little later; who they are is asked after that.
  async function curve() {
    const mine = number;
    const place = find("[data-chart-of=curve] .whatif-plot");
    place.setAttribute("aria-busy", "true");
    const said = question(mine);
    said.set("part", "curve");
    try {
      const asked = await fetch(`${root.dataset.answer}?${said}`, { headers: { "HX-Request": "true" } });
      const answer = await asked.json();
      if (mine !== number || answer.type !== "curved") return;
      points = answer.points;
      charts.curve(told.beside, points);
      place.removeAttribute("aria-busy");
      root.dataset.curved = mine;
    } catch {
      find("[data-chart-of=curve] [data-about]").textContent = "The curve could not be told. Change a number to ask again.";
    } finally {
      if (mine === number) settling = setTimeout(settled, Math.max(0, heard + SETTLED - performance.now()));
    }
  }

  function read({ rows, of }) {
    const bar = find("[data-progress]");
    find("[data-waits]").hidden = false;
    find("[data-says] span").textContent = of
      ? `Reading what has happened: ${rows.toLocaleString("en")} of ${of.toLocaleString("en")} rows. This is done once.`
      : "Getting ready to read what has happened …";
    if (of) { bar.max = of; bar.value = rows; } else bar.removeAttribute("value");
    waiting = setTimeout(ask, AGAIN);
  }

  function fail(says) {
    root.removeAttribute("aria-busy");
    find("[data-wrong]").textContent = says;
    find("[data-wrong]").hidden = false;
    clearTimeout(waiting);
    waiting = setTimeout(ask, LATER);
  }

  function mark(mistakes) {
    root.removeAttribute("aria-busy");
    const general = mistakes.filter((each) => !field(each.name));
    for (const each of mistakes) {
      const at = field(each.name);
      if (!at) continue;
      input(at).classList.add("is-invalid");
      input(at).setAttribute("aria-invalid", "true");
      find(".invalid-feedback", at).textContent = `${each.says} ${each.fix}`;
    }
    find("[data-wrong]").textContent = general.map((each) => `${each.says} ${each.fix}`).join(" ");
    find("[data-wrong]").hidden = !general.length;
    find("[data-waits]").hidden = true;
  }

  function unmark() {
    find("[data-wrong]").hidden = true;
    for (const each of every(".is-invalid")) {
      each.classList.remove("is-invalid");
      each.removeAttribute("aria-invalid");
    }
    for (const each of every(".invalid-feedback")) each.textContent = "";
  }

  // ---- drawn

  function draw() {
    const { test, against } = told.beside;
    const { between, rounded } = charts;
    find("[data-figures]").replaceChildren(
      figure("MQLs", test.mqls, against.mqls),
      figure("Customers reached", `${test.customers_reached} of ${test.customers}`, `${against.customers_reached} of ${against.customers}`),
      figure("Precision", charts.percent(test.precision_rate), charts.percent(against.precision_rate), between(test.precision_rate), "MQLs that bought later"),
      figure("Recall", charts.percent(test.recall_rate), charts.percent(against.recall_rate), between(test.recall_rate), "customers that were MQLs first"),
      figure("Days to MQL", rounded(test.median_days_to_mql), rounded(against.median_days_to_mql)),
    );
    charts.draw(told, points);
    targets(test.targets, against.targets);
    counted("gained", told.beside.gained, told.beside.gained_customers);
    counted("lost", told.beside.lost, told.beside.lost_customers);
    const at = new Date(told.at / 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: root.dataset.zone });
    find("[data-as-of]").textContent = `Of ${test.leads.toLocaleString("en")} leads, as all was known on ${at}. Each lead's first time counts, whatever sales made of it.`;
  }

  function make(kind, text, className = "") {
    const made = document.createElement(kind);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function figure(says, now, live, title = "", hint = "") {
    const column = make("div", "", "col-6 col-md-4 col-xl");
    const card = make("div", "", "card h-100");
    const body = make("div", "", "card-body");
    body.append(make("div", says, "text-secondary"), make("div", now, "h2 mb-0"), make("div", `live ${live}`, "text-secondary"));
    if (title.includes("(")) body.append(make("div", `95 %: ${title.slice(title.indexOf("(") + 1, -1)} %`, "text-secondary small"));
    if (hint) body.title = hint;
    card.append(body);
    column.append(card);
    return column;
  }

  const TARGETS = { mqls_per_month: "MQLs a month, in the middle", mql_to_sql: "MQLs that become SQLs", sql_to_customer: "SQLs that become customers" };
  function targets(now, live) {
    const shown = now.filter((each) => TARGETS[each.target]);
    const says = (each) => {
      if (each.met === null) return "cannot be told";
      const found = each.rate ? charts.between(each.rate) : charts.rounded(each.found);
      return `${found} ${each.met ? "✓ met" : "✗ missed"}`;
    };
    find("[data-targets]").replaceChildren(...shown.map((each) => {
      const before = live.find((other) => other.target === each.target);
      const row = document.createElement("tr");
      const head = make("th", TARGETS[each.target]);
      head.scope = "row";
      if (each.met === null) head.append(make("div", each.note, "text-secondary small"));
      const wanted = each.target === "mqls_per_month" ? charts.rounded(each.wanted) : `${charts.rounded(100 * each.wanted)} %`;
      row.append(head, make("td", wanted), make("td", before ? says(before) : "–"), make("td", says(each), each.met === false ? "text-red fw-bold" : ""));
      return row;
    }));
    find("[data-targets]").closest(".table-responsive").hidden = !shown.length;
    find("[data-no-targets]").hidden = shown.length > 0;
  }

  function counted(of, many, customers) {
    find(`[data-people-of=${of}] [data-count]`).textContent = `${many.toLocaleString("en")}${many ? `, ${customers.toLocaleString("en")} bought` : ""}`;
  }

  // ---- who they are, once nothing moves any more

  function settled() {
    const { test, against, gained, lost } = told.beside;
    find("#whatif-said").textContent = `${test.mqls} MQLs, live ${against.mqls}; ${gained} gained, ${lost} lost; precision ${charts.percent(test.precision_rate)}, recall ${charts.percent(test.recall_rate)}.`;
    people("gained", 0);
    people("lost", 0);
  }

  async function people(of, after) {
    const list = find(`[data-people-of=${of}] [data-list]`);
    const mine = number;
    list.setAttribute("aria-busy", "true");
    const said = question(mine);
    said.set("asker", `${asker} ${of}`);
    said.set("of", of);
    said.set("after", after);
    try {
      const answer = await fetch(`${root.dataset.people}?${said}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (mine !== number) return; // something newer is shown
      list.innerHTML = html;
      list.removeAttribute("aria-busy");
    } catch {
      list.textContent = "";
      list.append(make("p", "Who they are could not be told. Change a number to ask again.", "p-3 mb-0"));
    }
  }

  for (const section of every("[data-people-of]")) {
    section.addEventListener("click", (event) => {
      const button = event.target.closest("[data-after]");
      if (button) people(section.dataset.peopleOf, Number(button.dataset.after));
    });
  }

  new MutationObserver(() => { if (told) charts.draw(told, points); }).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-bs-theme"],
  });
  ask();
})();
