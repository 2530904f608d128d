// How a lead's score has gone: drawn by ECharts, and told in a table for those who do not see it.
(() => {
  const find = (selector, within) => within.querySelector(selector);
  const every = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(document.body).getPropertyValue(`--tblr-${name}`).trim();

  class Drawing {
    constructor(place) {
      this.place = place;
      this.days = 90;
      this.canvas = find("[data-drawing]", place);
      for (const button of every("[data-days]", place)) {
        button.addEventListener("click", () => this.show(Number(button.dataset.days)));
      }
      new ResizeObserver(() => this.chart?.resize()).observe(this.canvas);
      this.show(this.days);
    }

    async show(days) {
      this.days = days;
      for (const button of every("[data-days]", this.place)) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.days) === days));
      }
      try {
        const answer = await fetch(`${this.place.dataset.course}&days=${days}`, { headers: { "HX-Request": "true" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const said = await answer.json();
        if (days !== this.days) return; // another was asked for meanwhile
        this.said = said;
        this.tell();
        this.draw();
      } catch {
        find("[data-summary]", this.place).textContent = "The chart could not be drawn. Reload the page to try again.";
      }
    }

    tell() {
      find("[data-summary]", this.place).textContent = this.said.says;
      this.canvas.setAttribute("aria-label", this.said.says);
      const rows = [
        ...this.said.turns.map((turn) => [turn.at, turn.when, turn.score, turn.says.join(", ")]),
        ...this.said.episodes.map((each) => [each.at, each.when, each.score, each.says]),
      ].sort((one, other) => other[0] - one[0]);
      const table = find("[data-turns]", this.place);
      table.replaceChildren(...rows.map(([, when, score, says]) => {
        const row = document.createElement("tr");
        for (const [text, kind] of [[when, ""], [rounded(score), "text-end"], [says, ""]]) {
          const cell = document.createElement("td");
          cell.textContent = text;
          cell.className = kind;
          row.append(cell);
        }
        return row;
      }));
    }

    draw() {
      this.chart ??= echarts.init(this.canvas, null, { renderer: "svg" });
      this.chart.setOption(this.options(), true);
    }

    options() {
      const { points, turns, episodes, threshold, zone } = this.said;
      const ink = colour("body-color");
      const own = (name) => getComputedStyle(this.canvas).getPropertyValue(`--lead-${name}`).trim();
      const quiet = { color: ink, opacity: 0.8 };
      const rule = { lineStyle: { color: colour("border-color") } };
      const day = new Intl.DateTimeFormat("en", { timeZone: zone, day: "numeric", month: "short" });
      const whole = new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
      const lines = episodes.map((each) => ({
        xAxis: each.at,
        label: { formatter: each.says, color: ink, position: "insideEndTop" },
        lineStyle: { color: own("begun"), type: "solid", width: 2 },
      }));
      if (threshold !== null) {
        lines.push({
          yAxis: threshold,
          label: { formatter: `${rounded(threshold)} needed`, color: ink, position: "insideStartTop" },
          lineStyle: { color: own("needed"), type: "dashed", width: 1.5 },
        });
      }
      return {
        animation: false,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        grid: { left: 8, right: 16, top: 24, bottom: 8, containLabel: true },
        tooltip: {
          trigger: "axis",
          renderMode: "richText",
          backgroundColor: colour("bg-surface"),
          borderColor: colour("border-color"),
          textStyle: { color: ink, fontSize: 12 },
          confine: true,
          formatter: (shown) => {
            const { value, data } = shown.find((each) => each.data.says) ?? shown[0];
            return [whole.format(value[0]), `${rounded(value[1])} points`, ...(data.says ?? [])].join("\n");
          },
        },
        xAxis: {
          type: "time",
          axisLine: rule,
          axisLabel: { ...quiet, hideOverlap: true, formatter: (at) => day.format(at) },
          splitNumber: this.canvas.clientWidth < 500 ? 3 : 6,
        },
        yAxis: { type: "value", splitLine: rule, axisLabel: quiet, max: ({ max }) => (threshold !== null && max < threshold ? Math.ceil(threshold * 1.1) : null) },
        series: [
          {
            name: "score",
            type: "line",
            emphasis: { disabled: true },
            showSymbol: false,
            data: points.map((value) => ({ value })),
            lineStyle: { color: colour("primary"), width: 2 },
            itemStyle: { color: colour("primary") },
            areaStyle: { color: colour("primary"), opacity: 0.08 },
            markLine: { symbol: "none", silent: true, data: lines },
          },
          {
            name: "what moved it",
            type: "line",
            emphasis: { disabled: true },
            lineStyle: { width: 0 },
            symbolSize: 9,
            itemStyle: { color: colour("primary"), borderColor: colour("bg-surface"), borderWidth: 1.5, opacity: 1 },
            data: turns.map((turn) => ({
              value: [turn.at, turn.score],
              says: turn.many > 1 ? [`${turn.many} times something happened`, ...turn.says] : turn.says,
              symbol: turn.who ? "diamond" : "circle",
              symbolSize: turn.who ? 12 : 9,
            })),
          },
        ],
      };
    }
  }

  const rounded = (score) => String(Math.round(score * 10) / 10);
  const drawings = every("[data-course]").map((place) => new Drawing(place));
  document.addEventListener("handraiser:judged", () => drawings.forEach((each) => each.show(each.days)));
  new MutationObserver(() => drawings.forEach((each) => each.said && each.draw())).observe(root, {
    attributes: true,
    attributeFilter: ["data-bs-theme"],
  });
})();
