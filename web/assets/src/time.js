// Keeps relative times true while a page stays open. The words are those of
// pages.Moment, so server and script never disagree.
const pair = (big, unit, small, smallUnit, both) =>
  both && small ? `${big} ${unit} ${small} ${smallUnit}` : `${big} ${unit}`;

export function span(ms) {
  const s = Math.floor(ms / 1000), m = Math.floor(s / 60), h = Math.floor(m / 60);
  if (s < 60) return `${s} s`;
  if (m < 60) return pair(m, "min", s % 60, "s", m < 10);
  if (h < 24) return pair(h, "h", m % 60, "min", true);
  return pair(Math.floor(h / 24), "d", h % 24, "h", h < 720);
}

function refresh() {
  for (const el of document.querySelectorAll("time[data-relative]")) {
    const d = new Date(el.dateTime) - Date.now();
    if (Math.abs(d) > 60 * 864e5) continue;
    const text = d > 0 ? `in ${span(d)}` : -d < 1000 ? "just now" : `${span(-d)} ago`;
    if (el.textContent !== text) el.textContent = text;
  }
}

export function keepTime() {
  refresh();
  setInterval(refresh, 1000);
}
