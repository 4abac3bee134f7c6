// Charts saved as pictures and tables sorted: on the Benchmarks page and in the HTML report.
async function saveChart(button) {
  const plot = document.getElementById(button.dataset.of);
  const drawn = plot?.classList.contains("js-plotly-plot") ? plot : plot?.querySelector(".js-plotly-plot");
  if (!drawn || !window.Plotly) return;
  const layout = { ...drawn.layout, margin: { ...drawn.layout.margin, t: 56 }, width: drawn.clientWidth, height: drawn.clientHeight + 42 };
  layout.title = { text: button.dataset.title, x: 0.02, xanchor: "left", font: { size: 16 } };
  const format = button.dataset.save;
  await window.Plotly.downloadImage({ data: drawn.data, layout }, { format, filename: button.dataset.name, width: layout.width, height: layout.height, scale: format === "png" ? 2 : 1 });
}

function sortTable(button) {
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
  const saving = event.target.closest?.('[data-save="png"], [data-save="svg"]');
  if (saving) saveChart(saving);
  const sorting = event.target.closest?.("[data-sort]");
  if (sorting) sortTable(sorting);
});
