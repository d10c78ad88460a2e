// Charts: the course of the three rates, each point with its formula.
"use strict";

const COLOURS = { coverage: "#0072B2", market: "#E69F00", verified: "#009E73" };

for (const holder of document.querySelectorAll('[data-chart="trend"]')) {
  fetch(holder.dataset.source)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then(({ rows }) => drawTrend(holder, rows))
    .catch(() => {
      holder.textContent = "—";
    });
}

function drawTrend(holder, rows) {
  holder.replaceChildren();
  const chart = echarts.init(holder);
  const kinds = [
    [holder.dataset.rate, "covered_sites", COLOURS.coverage],
    [holder.dataset.market, "market_sites", COLOURS.market],
    [holder.dataset.verified, "verified_sites", COLOURS.verified],
  ];
  const share = (row, part) => (row.sites ? (100 * row[part]) / row.sites : null);
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    legend: { top: 0 },
    grid: { left: 48, right: 20, top: 36, bottom: 28 },
    tooltip: {
      trigger: "axis",
      // Text, not markup: names come from our own words, figures are numbers.
      formatter: (points) =>
        [rows[points[0].dataIndex].on]
          .concat(
            points.map(({ seriesIndex, dataIndex }) => {
              const [name, part] = kinds[seriesIndex];
              const row = rows[dataIndex];
              const rate = row.sites ? `${share(row, part).toFixed(1)}%` : "—";
              return `${name} ${rate} = ${row[part]} ÷ ${row.sites}`;
            }),
          )
          .map(echarts.format.encodeHTML)
          .join("<br>"),
    },
    xAxis: { type: "category", data: rows.map((row) => row.on.slice(0, 7)) },
    yAxis: { type: "value", min: 0, max: 100, axisLabel: { formatter: "{value}%" } },
    series: kinds.map(([name, part, colour]) => ({
      name,
      type: "line",
      symbolSize: 7,
      lineStyle: { width: 3, color: colour },
      itemStyle: { color: colour },
      data: rows.map((row) => share(row, part)),
    })),
  });
  addEventListener("resize", () => chart.resize());
}
