// Draws the platform's chart JSON (pages.Chart) with the parts of ECharts in
// use. One series in the colour of the area, all others in greys that differ:
// the reader's own line is what the chart is about.
import { init, use } from "echarts/core";
import { LineChart, BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, BarChart, GridComponent, TooltipComponent, SVGRenderer]);

const dashes = ["solid", [6, 3], [2, 2.5], [9, 3, 2, 3], [4, 4], [12, 4]];

const token = (el, name) => getComputedStyle(el).getPropertyValue(name).trim();

export function draw(el) {
  if (el.dataset.ready) return;
  const chart = JSON.parse(el.dataset.chart);
  el.dataset.ready = "yes";
  const plot = init(el, null, { renderer: "svg" });
  const paint = () => {
    plot.setOption(options(el, chart), true);
    if (chart.kind !== "bars") plot.setOption({ series: spread(plot, chart) });
  };
  paint();
  new ResizeObserver(() => { plot.resize(); paint(); }).observe(el);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  const table = el.parentElement.querySelector("details");
  if (table) table.open = false;
}

// spread moves the labels at the ends of the lines apart, so that teams that
// are close can all be read. Labels that would touch share their distance: each
// group stands around the middle of its lines (isotonic regression).
function spread(plot, chart) {
  const room = 16, top = 8, bottom = plot.getHeight() - 52;
  const ends = chart.series.map((s, i) => ({ i, y: plot.convertToPixel({ yAxisIndex: 0 }, s.points.at(-1)?.value ?? 0) })).sort((a, b) => a.y - b.y);
  const groups = [];
  ends.forEach((e, k) => {
    let group = { sum: e.y - k * room, n: 1 };
    while (groups.length && groups.at(-1).sum / groups.at(-1).n > group.sum / group.n) {
      const before = groups.pop();
      group = { sum: before.sum + group.sum, n: before.n + group.n };
    }
    groups.push(group);
  });
  const last = Math.max(top, bottom - (ends.length - 1) * room);
  const base = groups.flatMap((g) => Array(g.n).fill(Math.min(last, Math.max(top, g.sum / g.n))));
  const out = [];
  ends.forEach((e, k) => { out[e.i] = { endLabel: { offset: [0, base[k] + k * room - e.y] } }; });
  return out;
}

const day = 864e5;

// clock writes moments of a time axis in UTC, as exactly as its range needs:
// days, times of day, or seconds. name says what the labels leave out.
function clock(chart) {
  const all = chart.series.flatMap((s) => s.points.map((p) => Date.parse(p.at)));
  const first = Math.min(...all), last = Math.max(...all), span = last - first;
  const writer = (o) => { const f = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...o }); return (v) => f.format(v); };
  const date = writer({ day: "numeric", month: "short" });
  if (span > 4 * day) return { write: date, name: "", minInterval: day };
  const exact = span < 3e5;
  const time = writer({ hour: "2-digit", minute: "2-digit", ...(exact ? { second: "2-digit" } : {}) });
  const oneDay = date(first) === date(last);
  return {
    write: (v) => (v % day ? time(v) : date(v)),
    name: oneDay ? date(first) + ", UTC" : "UTC",
    minInterval: exact ? 1e3 : 6e4,
  };
}

function options(el, chart) {
  const ink = token(el, "--ink"), soft = token(el, "--ink-2"), line = token(el, "--line"), area = token(el, "--area");
  const narrow = el.clientWidth < 560;
  const write = (v) => v.toFixed(chart.precision) + (chart.unit ? " " + chart.unit : "");
  const font = { fontFamily: token(el, "--sans"), fontSize: 12, color: soft };
  const timed = chart.series.some((s) => s.points.some((p) => p.at));
  const bars = chart.kind === "bars";
  const axis = timed ? clock(chart) : {};
  return {
    animation: false, useUTC: true,
    textStyle: font,
    grid: { left: 8, right: narrow || bars || chart.series.length < 2 ? 16 : 132, top: 14, bottom: axis.name ? 26 : 6, containLabel: true },
    xAxis: {
      type: timed ? "time" : "category", boundaryGap: bars,
      axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      axisLabel: { ...font, hideOverlap: true, formatter: axis.write },
      name: axis.name, nameLocation: "middle", nameGap: 28, nameTextStyle: font,
      splitLine: { show: false }, splitNumber: narrow ? 3 : 6, minInterval: axis.minInterval,
    },
    yAxis: {
      type: "value", scale: !bars, splitNumber: 4,
      axisLabel: { ...font, formatter: (v) => +v.toFixed(chart.precision) }, splitLine: { lineStyle: { color: line } },
    },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: token(el, "--surface"), borderColor: line, padding: [8, 12],
      axisPointer: { lineStyle: { color: soft, type: "dashed" } },
      formatter: (items) => tip(items, write, timed),
    },
    series: chart.series.map((s, i) => ({
      name: s.name, type: bars ? "bar" : "line", step: chart.kind === "steps" ? "end" : false,
      showSymbol: false, symbolSize: 6, barMaxWidth: 28, z: s.mine ? 5 : 2,
      itemStyle: { color: s.mine ? area : soft, borderRadius: [3, 3, 0, 0] },
      lineStyle: { width: s.mine ? 3 : 1.5, color: s.mine ? area : soft, type: s.mine ? "solid" : dashes[i % dashes.length], opacity: s.mine ? 1 : 0.6 },
      endLabel: { show: !bars && !narrow && chart.series.length > 1, formatter: "{a}", distance: 8, ...font, color: s.mine ? area : ink, fontWeight: s.mine ? 650 : 450 },
      emphasis: { focus: "series" },
      data: s.points.map((p) => (timed ? [p.at, p.value] : p.value)),
    })),
    ...(timed ? {} : { xAxis: { type: "category", data: chart.series[0].points.map((p) => p.label), axisLabel: { ...font, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } } }),
  };
}

// tip is built of elements: markup with style attributes is refused by the
// content security policy.
function tip(items, write, timed) {
  const box = document.createElement("div");
  box.className = "tip";
  const head = document.createElement("b");
  head.textContent = timed ? new Date(items[0].axisValue).toLocaleString("en-GB", { timeZone: "UTC", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }) + " UTC" : items[0].axisValue;
  box.append(head);
  const value = (i) => (Array.isArray(i.value) ? i.value[1] : i.value);
  for (const item of [...items].sort((a, b) => value(b) - value(a))) {
    const row = document.createElement("div");
    const name = document.createElement("span"), number = document.createElement("span");
    name.textContent = item.seriesName;
    number.textContent = write(value(item));
    row.append(name, number);
    box.append(row);
  }
  return box;
}
