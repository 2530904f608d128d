// Charts: what the server counted, drawn in the colours of the page, and told in a table beside it.
(() => {
  const drawn = new Map();
  const palette = ["red", "primary", "secondary"];
  const lines = ["primary", "green"];
  const beside = ["secondary", "primary"];  // what is live is grey
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--tblr-${name}`).trim();

  async function draw(section) {
    if (section.dataset.asked) return;
    section.dataset.asked = "1";
    const waits = section.querySelector("[data-waits]");
    let told;
    try {
      const answer = await fetch(section.dataset.chart, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      told = await answer.json();
    } catch {
      waits.textContent = "This could not be counted. Load the page again.";
      return;
    }
    waits.hidden = true;
    tell(section.querySelector("table"), told);
    section.querySelector("[data-told]").hidden = false;
    const place = section.querySelector("[data-drawn]");
    place.hidden = false;
    const chart = echarts.init(place, null, { renderer: "svg" });
    drawn.set(place, { chart, told });
    paint(chart, told);
    new ResizeObserver(() => chart.resize()).observe(place);
  }

  function paint(chart, told) {
    const bars = told.kind === "bar";
    const text = colour("body-color");
    const line = colour("border-color");
    chart.setOption({
      animation: false,
      color: (told.apart ? beside.slice(-told.series.length) : bars ? palette : lines).map(colour),
      textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
      legend: { bottom: 0, itemGap: 24, textStyle: { color: text } },
      tooltip: {
        trigger: "axis", backgroundColor: colour("bg-surface"), borderColor: line, textStyle: { color: text },
        valueFormatter: (value) => (value === null || value === undefined ? "–" : `${value}${told.unit}`),
      },
      grid: { left: 8, right: 8, top: 12, bottom: 34, containLabel: true },
      xAxis: { type: "category", data: told.labels, axisLabel: { color: text }, axisLine: { lineStyle: { color: line } } },
      yAxis: {
        type: "value", minInterval: 1, max: told.unit === "%" ? 100 : null,
        axisLabel: { color: text, formatter: `{value}${told.unit}` }, splitLine: { lineStyle: { color: line } },
      },
      series: told.series.map((one) => ({
        name: one.name, data: one.values, type: told.kind, barMaxWidth: 48, stack: bars && !told.apart ? "all" : null, connectNulls: true, symbolSize: 6,
      })),
    }, true);
  }

  function tell(table, told) {
    const cell = (kind, text, row) => {
      const made = document.createElement(kind);
      made.textContent = text;
      if (kind === "th") made.scope = row ? "row" : "col";
      return made;
    };
    const head = document.createElement("tr");
    head.append(cell("th", told.head), ...told.series.map((one) => cell("th", one.name)));
    table.tHead.append(head);
    told.labels.forEach((label, place) => {
      const row = document.createElement("tr");
      const says = (one) => (one.told ? one.told[place] : one.values[place]);
      row.append(cell("th", label, true), ...told.series.map((one) => cell("td", says(one))));
      table.tBodies[0].append(row);
    });
  }

  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  all();
  document.addEventListener("htmx:afterSettle", all);
  new MutationObserver(() => {
    for (const [place, { chart, told }] of drawn) {
      if (place.isConnected) paint(chart, told);
      else { chart.dispose(); drawn.delete(place); }
    }
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
