// One lead's story under what is live and under the numbers that are tried: opened in a dialog, and drawn.
(() => {
  const page = document.getElementById("what-if");
  const dialog = document.getElementById("story");
  const find = (selector) => dialog.querySelector(selector);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--tblr-${name}`).trim();
  const rounded = (score) => String(Math.round(score * 10) / 10);
  let chart = null;
  let asked = 0;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-story]");
    if (button) open(button.dataset.story, button.dataset.at ?? "");
  });
  dialog.addEventListener("close", () => { asked += 1; chart?.dispose(); chart = null; });

  async function open(lead, at) {
    const mine = ++asked;
    const said = new URLSearchParams(location.search); // all changes are in it
    said.set("lead", lead);
    said.set("at", at);
    if (!dialog.open) {
      say("Reading their story …");
      dialog.showModal();
    }
    dialog.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${page.dataset.storyAt}?${said}`, { headers: { "HX-Request": "true" } });
      if (answer.status === 401) location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (mine !== asked) return;
      chart?.dispose();
      chart = null;
      dialog.innerHTML = html;
      draw();
      find("#story-title").focus();
    } catch {
      if (mine === asked) say("Their story could not be told. Close this, and try again.");
    }
    if (mine === asked) dialog.removeAttribute("aria-busy");
  }

  function say(text) {
    const title = document.createElement("h2");
    title.id = "story-title";
    title.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-sm";
    close.dataset.closes = "";
    close.textContent = "Close";
    dialog.replaceChildren(title, close);
  }

  function draw() {
    const place = find("[data-told]");
    if (!place) return;
    const told = JSON.parse(place.dataset.told);
    told.sides.forEach((side, of) => tell(find(`[data-turns="${of}"]`), side));
    chart ??= echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(told), true);
  }

  function tell(table, side) {
    const rows = [
      ...side.turns.map((turn) => [turn.at, turn.when, rounded(turn.score), turn.says.join(", ")]),
      ...side.mqls.map((each) => [each.at, each.when, "", "Became an MQL"]),
    ].sort((one, other) => other[0] - one[0]);
    table.replaceChildren(...rows.map(([, ...cells]) => {
      const row = document.createElement("tr");
      cells.forEach((text, at) => {
        const cell = document.createElement("td");
        cell.textContent = text;
        if (at === 1) cell.className = "text-end";
        row.append(cell);
      });
      return row;
    }));
  }

  function options(told) {
    const ink = colour("body-color");
    const line = { lineStyle: { color: colour("border-color") } };
    const all = told.sides.flatMap((side) => side.points.map(([at]) => at));
    const few = Math.max(...all) - Math.min(...all) < 3 * 86_400_000;
    const kind = few ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : { day: "numeric", month: "short" };
    const day = new Intl.DateTimeFormat("en", { timeZone: told.zone, ...kind });
    const whole = new Intl.DateTimeFormat("en-GB", { timeZone: told.zone, dateStyle: "medium", timeStyle: "short" });
    const kinds = ["dashed", "solid"];
    const inks = [colour("body-color"), colour("primary")];
    const [live, tried] = told.sides.map((side) => new Set(side.mqls.map((each) => each.at)));
    const called = (of, at) => (live.has(at) && tried.has(at) ? (of ? "MQL under both" : "") : of ? "MQL" : "MQL, live");
    const tops = told.sides.map((side) => side.threshold).filter((each) => each !== null);
    return {
      animation: false,
      textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
      legend: { bottom: 0, itemGap: 20, textStyle: { color: ink }, data: told.sides.map((side) => side.says) },
      grid: { left: 8, right: 40, top: 28, bottom: 34, containLabel: true },
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true,
        backgroundColor: colour("bg-surface"), borderColor: colour("border-color"), textStyle: { color: ink, fontSize: 12 },
        formatter: (shown) => [
          whole.format(shown[0].value[0]),
          ...shown.map((each) => `${each.seriesName}: ${rounded(each.value[1])} points${each.data.says ? `, ${each.data.says}` : ""}`),
        ].join("\n"),
      },
      xAxis: { type: "time", axisLine: line, axisLabel: { color: ink, hideOverlap: true, formatter: (at) => day.format(at) } },
      yAxis: { type: "value", splitLine: line, axisLabel: { color: ink }, max: ({ max }) => (tops.length && max < Math.max(...tops) ? Math.ceil(Math.max(...tops) * 1.1) : null) },
      series: told.sides.flatMap((side, of) => [
        {
          name: side.says, type: "line", showSymbol: false, emphasis: { disabled: true },
          data: side.points.map((value) => ({ value })),
          lineStyle: { color: inks[of], width: 2, type: kinds[of] }, itemStyle: { color: inks[of] },
          markLine: {
            symbol: "none", silent: true,
            data: [
              ...(side.threshold === null ? [] : [{
                yAxis: side.threshold,
                label: { formatter: `${rounded(side.threshold)} needed${of ? "" : ", live"}`, color: ink, position: of ? "insideEndTop" : "insideStartTop" },
                lineStyle: { color: inks[of], type: "dotted", width: 1.5 },
              }]),
              ...side.mqls.map((each) => ({
                xAxis: each.at,
                label: { formatter: called(of, each.at), color: ink, position: "end" },
                lineStyle: { color: inks[of], type: kinds[of], width: 1.5 },
              })),
            ],
          },
        },
        {
          name: side.says, type: "line", lineStyle: { width: 0 }, symbolSize: 8, emphasis: { disabled: true },
          itemStyle: { color: inks[of], borderColor: colour("bg-surface"), borderWidth: 1.5 },
          data: side.turns.map((turn) => ({
            value: [turn.at, turn.score], says: turn.says.join(", "), symbol: turn.who ? "diamond" : "circle",
          })),
        },
      ]),
    };
  }

  new MutationObserver(() => { if (dialog.open) draw(); }).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-bs-theme"],
  });
  addEventListener("resize", () => chart?.resize());
})();
