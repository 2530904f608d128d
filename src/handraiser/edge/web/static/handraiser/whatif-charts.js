// What the charts of what-if draw, of two agreements beside each other: in colours of the page, and as tables.
window.whatIfCharts = (root) => {
  const find = (selector, within = root) => within.querySelector(selector);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--tblr-${name}`).trim();
  const charts = new Map();
  const GRID = { left: 46, right: 20, top: 14, bottom: 54 }; // where the handle is drawn over the curve

  const percent = (rate) => (rate.value === null ? `${rate.hits} of ${rate.of}` : `${(100 * rate.value).toFixed(1)} %`);
  const between = (rate) => (rate.value === null ? `${percent(rate)}, too few to tell` : `${percent(rate)} (${(100 * rate.low).toFixed(0)} to ${(100 * rate.high).toFixed(0)})`);
  const rounded = (value, digits = 1) => (value === null ? "–" : String(Math.round(value * 10 ** digits) / 10 ** digits));

  function plotted(of, options) {
    const place = find(`[data-chart-of=${of}] [data-plot]`);
    if (!charts.has(of)) {
      const chart = echarts.init(place, null, { renderer: "svg" });
      charts.set(of, chart);
      new ResizeObserver(() => chart.resize()).observe(place);
    }
    const ink = colour("body-color");
    charts.get(of).setOption({
      animation: false,
      textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
      legend: { bottom: 0, itemGap: 20, textStyle: { color: ink } },
      tooltip: {
        trigger: "axis", confine: true, renderMode: "richText", backgroundColor: colour("bg-surface"),
        borderColor: colour("border-color"), textStyle: { color: ink, fontSize: 12 },
      },
      grid: GRID,
      ...options,
    }, true);
  }

  function axis(more) {
    const line = { lineStyle: { color: colour("border-color") } };
    return { axisLabel: { color: colour("body-color"), hideOverlap: true }, axisLine: line, splitLine: line, ...more };
  }

  // Both have each label, in order, with nothing where one of them has none.
  function together(test, against, key) {
    const labels = [...new Set([...against, ...test].map((each) => each[key]))].sort();
    const of = (rows) => { const by = new Map(rows.map((each) => [each[key], each.mqls])); return labels.map((label) => by.get(label) ?? 0); };
    return { labels, live: of(against), changed: of(test) };
  }

  function two(kind, { live, changed }) {
    const line = kind === "line" ? { showSymbol: false, step: "middle" } : { barGap: "10%" };
    return [
      { name: "live", type: kind, data: live, color: colour("secondary"), ...line },
      { name: "changed", type: kind, data: changed, color: colour("primary"), ...line },
    ];
  }

  function tell(of, head, rows) {
    const table = find(`[data-chart-of=${of}] table`);
    const line = (cells, kind) => {
      const row = document.createElement("tr");
      cells.forEach((text, place) => {
        const cell = document.createElement(place === 0 || kind === "th" ? "th" : "td");
        cell.textContent = text;
        if (cell.tagName === "TH") cell.scope = kind === "th" ? "col" : "row";
        row.append(cell);
      });
      return row;
    };
    table.tHead.replaceChildren(line(head, "th"));
    table.tBodies[0].replaceChildren(...rows.map((cells) => line(cells, "td")));
  }

  function months({ test, against }) {
    const both = together(test.by_month, against.by_month, "month");
    plotted("months", {
      xAxis: axis({ type: "category", data: both.labels }),
      yAxis: axis({ type: "value", minInterval: 1 }),
      series: two("bar", both),
    });
    tell("months", ["Month", "Live", "Changed"], both.labels.map((label, k) => [label, both.live[k], both.changed[k]]));
  }

  function weeks({ test, against }, capacity) {
    const both = together(test.per_week.weeks, against.per_week.weeks, "week");
    const bound = capacity.per_week;
    const series = two("line", both);
    if (bound !== null) {
      series[1].markLine = {
        symbol: "none", silent: true, lineStyle: { color: colour("red"), type: "dashed", width: 1.5 },
        label: { formatter: `sales takes ${rounded(bound)}`, color: colour("body-color"), position: "insideStartTop" },
        data: [{ yAxis: bound }],
      };
    }
    plotted("weeks", {
      xAxis: axis({ type: "category", data: both.labels }),
      yAxis: axis({ type: "value", minInterval: 1, max: bound === null ? null : ({ max }) => Math.max(max, Math.ceil(bound * 1.1)) }),
      series,
    });
    const over = bound === null ? 0 : both.changed.filter((count) => count > bound).length;
    find("[data-chart-of=weeks] [data-about]").textContent = about(test.per_week, against.per_week, capacity, over);
    tell("weeks", ["Week of", "Live", "Changed"], both.labels.map((label, k) => [label, both.live[k], both.changed[k]]).reverse());
  }

  function about(test, against, capacity, over) {
    const said = `In the middle ${rounded(test.median)} a week (live ${rounded(against.median)}), at most ${test.most}.`;
    if (capacity.per_week !== null) return `${said} Sales takes ${rounded(capacity.per_week)}: ${over === 1 ? "1 week is" : `${over} weeks are`} above that.`;
    if (!capacity.members) return `${said} Nobody is in a team that it is handed off to.`;
    return `${said} ${capacity.unbounded} of ${capacity.members} who sell take as many as there are.`;
  }

  function curve({ test, against }, points) {
    const card = find("[data-chart-of=curve]");
    find("[data-plot]", card).hidden = find("[data-handle]", card).hidden = !points.length;
    find("[data-about]", card).textContent = points.length
      ? "Drag the handle, or move it by the arrow keys."
      : "There is no single threshold of the score that could be moved.";
    tell("curve", ["Threshold", "MQLs", "Precision", "Recall"], points.map((each) => [each.threshold, each.mqls, between(each.precision), between(each.recall)]));
    if (!points.length) return;
    const top = points.at(-1).threshold;
    const share = (name) => points.filter((each) => each[name].value !== null).map((each) => [each.threshold, 100 * each[name].value]);
    const mark = (at, says, more) => ({ xAxis: at, lineStyle: { color: colour("body-color"), ...more }, label: { formatter: says, color: colour("body-color"), position: "end", distance: 1 } });
    const marks = [mark(test.threshold, "", { type: "solid", width: 1.5 })];
    if (against.threshold !== null && against.threshold !== test.threshold) marks.push(mark(against.threshold, "live", { type: "dashed", width: 1 }));
    const line = (name, of, tint) => ({ name: of, type: "line", data: share(name), showSymbol: false, color: colour(tint), lineStyle: { width: 2 } });
    plotted("curve", {
      xAxis: axis({ type: "value", min: 0, max: top }),
      yAxis: axis({ type: "value", min: 0, max: 100, axisLabel: { color: colour("body-color"), formatter: "{value} %" } }),
      series: [
        { ...line("precision", "precision", "primary"), markLine: { symbol: "none", silent: true, data: marks } },
        line("recall", "recall", "green"),
      ],
      tooltip: { trigger: "axis", confine: true, renderMode: "richText", backgroundColor: colour("bg-surface"), borderColor: colour("border-color"), textStyle: { color: colour("body-color"), fontSize: 12 }, valueFormatter: (value) => `${rounded(value)} %` },
    });
    const handle = find("[data-handle]", card);
    handle.max = top;
    if (document.activeElement !== handle || Number(handle.value) !== test.threshold) handle.value = test.threshold;
    handle.setAttribute("aria-valuetext", `${test.threshold}: precision ${between(test.precision_rate)}, recall ${between(test.recall_rate)}`);
  }

  return {
    percent, between, rounded,
    draw(told, points) {
      months(told.beside);
      weeks(told.beside, told.capacity);
      if (points) curve(told.beside, points);
    },
    curve,
  };
};
