// Draws each [data-chart] with ECharts, in the page's colours; the table below it says the same.

const COLOURS = {
  light: ["#0b4f8a", "#b4530a", "#1b6e3c", "#7a3b9a", "#8a1f3d", "#3f5a66"],
  dark: ["#7db8f0", "#f0a35e", "#7fd09b", "#cfa0ea", "#f08aa4", "#a8c3cf"],
};
const DASHES = ["solid", "dashed", "dotted"]; // never by colour alone

function options(chart, locale, theme) {
  const text = theme === "dark" ? "#e6e9ee" : "#1f2937";
  const rule = theme === "dark" ? "#475064" : "#c4cbd6";
  const write = (value) => value === null || value === undefined ? "–"
    : value.toLocaleString(locale, { maximumFractionDigits: chart.decimals }) + (chart.unit ? ` ${chart.unit}` : "");
  const sideways = chart.drawing === "sideways";
  const lines = chart.drawing === "line" || chart.drawing === "area";
  const names = {
    type: "category", data: chart.categories, inverse: sideways,
    axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: rule } },
  };
  const values = {
    type: "value", axisLabel: { color: text, formatter: write }, splitLine: { lineStyle: { color: rule } },
  };
  return {
    animation: false,
    color: COLOURS[theme],
    textStyle: { color: text, fontFamily: "inherit" },
    grid: { left: 8, right: 16, top: chart.series.length > 1 ? 40 : 16, bottom: 8, containLabel: true },
    legend: { show: chart.series.length > 1, textStyle: { color: text }, top: 0 },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: write },
    xAxis: sideways ? values : names,
    yAxis: sideways ? names : values,
    series: chart.series.map((each, at) => ({
      name: each.title, data: each.values, type: lines ? "line" : "bar",
      stack: chart.drawing === "area" || chart.drawing === "stack" ? "all" : undefined,
      areaStyle: chart.drawing === "area" ? { opacity: 0.35 } : undefined,
      lineStyle: lines ? { type: DASHES[at % DASHES.length], width: 2 } : undefined,
      showSymbol: chart.categories.length < 40, barMaxWidth: 48,
    })),
  };
}

function draw(place) {
  const root = document.documentElement;
  const chart = JSON.parse(place.dataset.chart);
  const drawn = window.echarts.getInstanceByDom(place) || window.echarts.init(place, null, { renderer: "canvas" });
  drawn.setOption(options(chart, root.lang, root.dataset.bsTheme === "dark" ? "dark" : "light"), true);
  return drawn;
}

const seen = new ResizeObserver((entries) => {
  for (const entry of entries) window.echarts.getInstanceByDom(entry.target)?.resize();
});

function drawAll(within) {
  for (const place of within.querySelectorAll("[data-chart]")) {
    draw(place);
    seen.observe(place);
  }
}

drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.target));
new MutationObserver(() => drawAll(document)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
