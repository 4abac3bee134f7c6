// The Benchmarks page: tells the server light from dark, saves charts as pictures, and sorts tables.
const root = document.documentElement;

async function save(button) {
  const plot = document.querySelector(`#${CSS.escape(button.dataset.of)} .js-plotly-plot`);
  if (!plot || !window.Plotly) return;
  const layout = { ...plot.layout, margin: { ...plot.layout.margin, t: 56 }, width: plot.clientWidth, height: plot.clientHeight + 42 };
  layout.title = { text: button.dataset.title, x: 0.02, xanchor: "left", font: { size: 16 } };
  const format = button.dataset.save;
  await window.Plotly.downloadImage({ data: plot.data, layout }, { format, filename: button.dataset.name, width: layout.width, height: layout.height, scale: format === "png" ? 2 : 1 });
}

function sort(button) {
  const cell = button.closest("th");
  const table = cell.closest("table");
  const place = [...cell.parentNode.children].indexOf(cell);
  const rising = cell.getAttribute("aria-sort") ? cell.getAttribute("aria-sort") !== "ascending" : cell.dataset.lower !== undefined;
  for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  cell.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const key = (row) => row.children[place]?.dataset.v ?? row.children[place]?.textContent.trim() ?? "";
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter((row) => !row.dataset.group);
    rows.sort((a, b) => {
      const [one, other] = [key(a), key(b)];
      if (one === "" || other === "") return (one === "") - (other === ""); // what has no figure stays below
      const order = isNaN(one) || isNaN(other) ? one.localeCompare(other) : one - other;
      return rising ? order : -order;
    });
    body.append(...rows);
  }
}

document.addEventListener("click", (event) => {
  const saving = event.target.closest?.("[data-save]");
  if (saving) save(saving);
  const sorting = event.target.closest?.("[data-sort]");
  if (sorting) sort(sorting);
});

new MutationObserver(() => trigger("themed")).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
trigger("opened");
