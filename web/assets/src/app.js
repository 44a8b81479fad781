// One small script for every page. Each part improves markup that works alone.
import htmx from "htmx.org";
import "htmx-ext-sse";
import "idiomorph/htmx";
import { keepTime } from "./time.js";
import { watchLive } from "./live.js";
import { enhanceForms } from "./forms.js";
import { themeButton } from "./toggle.js";

window.htmx = htmx;

// The chart code is large, so only pages with a chart load it.
async function charts(root) {
  if (!root.querySelector("[data-chart]")) return;
  const { draw } = await import("./charts.js");
  root.querySelectorAll("[data-chart]").forEach(draw);
}

keepTime();
watchLive();
themeButton();
enhanceForms(document);
charts(document);
document.addEventListener("htmx:load", (e) => {
  enhanceForms(e.detail.elt);
  charts(e.detail.elt);
});

// A menu closes when the reader turns to something else.
document.addEventListener("click", (e) => {
  for (const open of document.querySelectorAll("details.menu[open], details.ask[open]")) {
    if (!open.contains(e.target)) open.open = false;
  }
});
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  const open = document.activeElement?.closest("details.menu[open], details.ask[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// On a phone the rows of links scroll; the current one is brought into view.
for (const link of document.querySelectorAll(".top nav [aria-current], .tabs [aria-current]")) {
  const row = link.parentElement;
  row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
}
