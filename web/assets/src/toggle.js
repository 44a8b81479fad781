// The theme button posts a form; with script the page changes at once and the
// choice is stored in the same cookie that the server reads.
export function themeButton() {
  document.querySelector("form[data-theme-form]")?.addEventListener("submit", (e) => {
    e.preventDefault();
    const root = document.documentElement;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = next;
    root.dataset.chosen = "yes";
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax${secure}`;
    document.dispatchEvent(new Event("themechange"));
    setTimeout(() => e.target.querySelectorAll("button").forEach((b) => { b.disabled = false; }));
  });
}
