// Says when a live part was last fresh and when its connection is lost. The
// server sends a heartbeat, so silence is a sign of its own.
import { span } from "./time.js";

const silence = 45_000; // three heartbeats

export function watchLive() {
  let fresh = 0, lost = false, streams = false;
  const heard = () => { fresh = Date.now(); lost = false; streams = true; };
  for (const name of ["htmx:sseOpen", "htmx:sseMessage", "htmx:sseBeforeMessage"]) {
    document.addEventListener(name, heard);
  }
  const sources = new Set();
  document.addEventListener("htmx:sseOpen", (e) => {
    if (!e.detail.source || sources.has(e.detail.source)) return;
    sources.add(e.detail.source);
    e.detail.source.addEventListener("heartbeat", heard);
  });
  // A page that the browser keeps for the back key would hold its connection,
  // and six of those stop every other request to this host.
  addEventListener("pagehide", () => sources.forEach((s) => s.close()));
  addEventListener("pageshow", (e) => { if (e.persisted && sources.size) location.reload(); });
  document.addEventListener("htmx:sseError", () => { lost = true; streams = true; });
  addEventListener("offline", () => { lost = streams; });
  setInterval(() => {
    if (!streams) return;
    const age = Date.now() - fresh;
    const down = lost || age > silence;
    for (const el of document.querySelectorAll("[data-live]")) {
      el.dataset.live = down ? "lost" : "on";
      el.textContent = down
        ? "connection lost, retrying"
        : age < 2000 ? "live, just now" : `live, ${span(age)} ago`;
    }
  }, 1000);
}
