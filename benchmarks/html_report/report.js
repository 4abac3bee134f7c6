// The HTML report: draws each figure when it comes near the screen, in light or dark, and gives its numbers as CSV.
const root = document.documentElement;
const config = { displaylogo: false, responsive: true };
const drawn = new Set();

const contents = (figure) => figure.querySelector('script[type="application/json"]').textContent;

function inTheDark(json) {
  const dark = window.darkOfLight;
  const faded = new Map(Object.entries(dark).map(([light, other]) => [numbers(light), numbers(other)]));
  return json
    .replace(/#[0-9a-f]{6}/g, (colour) => dark[colour] ?? colour)
    .replace(/rgba\((\d+,\d+,\d+),/g, (whole, rgb) => (faded.has(rgb) ? `rgba(${faded.get(rgb)},` : whole));
}

const numbers = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(",");

function draw(figure) {
  const json = contents(figure);
  const { data, layout } = JSON.parse(root.dataset.theme === "dark" ? inTheDark(json) : json);
  drawn.add(figure);
  return window.Plotly.react(figure.querySelector(".rp-plot"), data, { ...layout, autosize: true }, config);
}

function csv(columns) {
  const names = Object.keys(columns);
  const cell = (value) => (/[",\n]/.test(value ?? "") ? `"${String(value).replaceAll('"', '""')}"` : value ?? "");
  const harmless = (value) => (typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
  const rows = columns[names[0]].map((_, at) => names.map((name) => cell(harmless(columns[name][at]))).join(","));
  return [names.map((name) => cell(harmless(name))).join(","), ...rows, ""].join("\n");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.('[data-save="csv"]');
  if (!button) return;
  const link = document.createElement("a");
  link.download = `${button.dataset.name}.csv`;
  link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(csv(JSON.parse(contents(button.closest("figure"))).columns))}`;
  link.click();
});

const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      draw(entry.target);
    }
  },
  { rootMargin: "600px" },
);
for (const figure of document.querySelectorAll("figure[data-chart]")) near.observe(figure);
addEventListener("beforeprint", () => document.querySelectorAll("figure[data-chart]").forEach(draw));
new MutationObserver(() => drawn.forEach(draw)).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
if (matchMedia("(max-width: 900px)").matches) document.querySelector("nav details").open = false;
