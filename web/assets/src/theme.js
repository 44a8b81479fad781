// Loaded before the first paint: follows the system's preference unless the
// reader chose, in which case the server has set the attribute already.
{
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (!root.dataset.chosen) root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  follow();
  dark.addEventListener("change", follow);
}
