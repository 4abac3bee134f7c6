// Light and dark: follows the system until the reader chooses, and follows it again once the choice is the system's.
// A page that shows something before Gradio has built it runs this twice: the second time after Gradio's own idea of it.
(() => {
  if (window.routerPlaygroundTheme) return window.routerPlaygroundTheme();

  const KEY = "router-playground-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const systemTheme = () => (system.matches ? "dark" : "light");

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is blocked: the choice lasts until the page is left
    }
  }

  let chosen = stored();

  function apply() {
    const theme = chosen ?? systemTheme();
    document.documentElement.dataset.theme = theme;
    document.body?.classList.toggle("dark", theme === "dark"); // what Gradio's own components look at
  }

  function toggle() {
    const next = (chosen ?? systemTheme()) === "dark" ? "light" : "dark";
    chosen = next === systemTheme() ? null : next;
    try {
      if (chosen) localStorage.setItem(KEY, chosen);
      else localStorage.removeItem(KEY);
    } catch {
      // as above
    }
    apply();
  }

  window.routerPlaygroundTheme = apply;
  apply();
  addEventListener("load", apply);
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-theme-toggle]")) toggle();
  });
})();
