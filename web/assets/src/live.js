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
  document.addEventListener("htmx:sseOpen", (e) => {
    e.detail.source?.addEventListener("heartbeat", heard);
  });
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
