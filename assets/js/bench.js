// The Benchmarks page: tells the server light from dark, and keeps in the address what is chosen. figures.js stands before it.
const root = document.documentElement;
const SETTLED_MS = 250; // a browser allows only so many changes of the address in a while

let waiting = 0;
let touched = false; // Gradio opens the first tab by itself: nobody chose that
const fields = new URLSearchParams(location.search);
for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => (touched = true), { capture: true });

window.keepInAddress = (name, value, gone) => {
  if (!touched) return;
  for (const other of gone) fields.delete(other);
  const text = value === true ? "1" : Array.isArray(value) ? value.join(",") || "," : String(value ?? "");
  if (value === false || value === "own-results") fields.delete(name); // nobody else has a visitor's own results
  else fields.set(name, text);
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const query = fields.toString().replaceAll("%2C", ",");
    history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : ""));
  }, SETTLED_MS);
};

let shown = root.dataset.theme;
new MutationObserver(() => {
  if (root.dataset.theme === shown) return; // theme.js writes it again once everything is loaded
  shown = root.dataset.theme;
  trigger("themed");
}).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
// Words before figures: plotly.js takes longer to load than all the rest, so the figure waits until words and poster are there.
function whenWordsAreThere(then, tries = 600) {
  const there = ["#rp-bm [data-headline]", "#rp-bm-poster .rp-poster"].every((part) => document.querySelector(part));
  if (there || tries === 0) requestAnimationFrame(() => setTimeout(then));
  else requestAnimationFrame(() => whenWordsAreThere(then, tries - 1));
}

const asked = [...fields.keys()].some((name) => !name.startsWith("__")); // Gradio's own do not count
const kept = window.gradio_config?.components?.find((one) => one.props?.elem_id === "rp-bm-waiting");
if (!asked && kept?.props.value) whenWordsAreThere(() => trigger("ready"));
else trigger("opened");
