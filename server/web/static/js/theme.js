/* Auto, light or dark; runs before the first paint, so it is a plain script and not a module. */
(() => {
  const KEY = "beatline.theme";
  const NEXT = { auto: "light", light: "dark", dark: "auto" };
  const read = () => {
    try { return localStorage.getItem(KEY) ?? "auto"; } catch { return "auto"; }
  };
  const wear = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  let theme = read() in NEXT ? read() : "auto";
  wear(theme);
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const label = () => { button.textContent = `Theme: ${theme}`; };
    button.hidden = false;
    label();
    button.addEventListener("click", () => {
      theme = NEXT[theme];
      try { localStorage.setItem(KEY, theme); } catch { /* private window: for this page only */ }
      wear(theme);
      label();
    });
  });
})();
