// A router from the Hub: look up, choose routes, add with progress, cancel, remove. Last of the page's scripts: it starts it.
const POLL_MS = 400;
let found = null; // what was looked up: its address with the commit, so that what is added is what was shown
let job = null;
let stopping = false; // it may be cancelled before its job is known
let takenUp = ""; // which router is being added since before this page was opened

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

async function lookUp() {
  const button = at("look");
  if (button.disabled) return;
  button.disabled = true;
  button.textContent = "Looking …";
  at("found").replaceChildren();
  const answer = await ask("routers_found", { source: at("source").value, token: at("token").value });
  button.disabled = false;
  button.textContent = "Look up";
  complain(answer.error);
  if (answer.error) return;
  at("found").innerHTML = answer.html;
  found = at("model").dataset.model;
  bring(at("model"));
}

async function addRouter() {
  if (job) return;
  const routes = Object.fromEntries(all("[data-label]").map((select) => [select.dataset.label, select.value]));
  const sent = { source: found, token: at("token").value, routes, threshold: at("threshold").value, router: at("which")?.value ?? "" };
  stopping = false;
  takenUp = "";
  showProgress({ done: 0, total: 0, file: "" });
  const answer = await ask("routers_add", sent);
  if (answer.error) return ended(answer);
  job = answer.job;
  if (stopping) await stopJob();
  await follow();
}

// A download goes on without the page that began it: the next page that is opened shows it, or how it ended.
async function takeUp() {
  const running = await ask("routers_running");
  if (running.error || !running.job || job || !at("progress").hidden) return;
  job = running.job;
  takenUp = running.source;
  await follow();
}

async function follow() {
  while (job) {
    const standing = await ask("routers_progress", { job });
    if (standing.error || standing.state !== "running") return ended(standing);
    showProgress(standing);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function showProgress({ done, total, file }) {
  const panel = at("progress"), bar = panel.querySelector("progress");
  const first = panel.hidden;
  panel.hidden = false;
  for (const control of all("[data-add] button, [data-add] select, [data-add] input")) control.disabled = true;
  const complete = total > 0 && done >= total;
  at("progress-said").textContent = stopping ? "Cancelling …" : complete ? "Checking and starting it …" : file ? `Downloading ${file} …` : takenUp ? `Adding ${takenUp} …` : "Beginning …";
  at("progress-size").textContent = total ? `${megabytes(done)} of ${megabytes(total)}` : "";
  total && !complete ? (bar.value = done / total) : bar.removeAttribute("value");
  if (first) bring(panel);
}

async function ended(answer) {
  job = null;
  at("progress").hidden = true;
  for (const control of all("[data-add] button, [data-add] select, [data-add] input")) control.disabled = false;
  if (answer.error) return complain(answer.error);
  if (answer.state === "cancelled") return tell("Cancelled. What was downloaded is kept: adding it again goes on from there.");
  await bringCards();
  if (takenUp) return tell(`${takenUp} is there, and on every page from the next prompt on.`); // the reader stays where they are
  at("found").replaceChildren();
  at("source").value = at("token").value = "";
  openTab("all");
  clearFilters();
  tell("It is there, and on every page from the next prompt on.");
  point(answer.router);
}

async function cancelAdding() {
  stopping = true;
  at("progress-said").textContent = "Cancelling …";
  if (job) await stopJob();
}

async function stopJob() {
  const { error } = await ask("routers_cancel", { job });
  if (error) stopping = false; // it goes on, and says so
  complain(error);
}

async function removeRouter(button) {
  const name = button.dataset.remove;
  if (!button.dataset.sure) {
    const said = [...button.childNodes];
    const unsure = () => {
      delete button.dataset.sure;
      button.replaceChildren(...said);
    };
    button.dataset.sure = "1";
    button.textContent = "Remove for everybody?";
    button.focus(); // in some browsers a click does not
    button.addEventListener("blur", unsure, { once: true });
    return;
  }
  button.blur(); // whatever comes of it, the next click asks again
  if (await act(button, "routers_remove", name, "removing …")) await bringCards();
}

function point(name) {
  const card = cardOf(name);
  if (!card) return complain({ what: `There is no router “${name}” here.`, mend: "All that there are stand below." });
  card.scrollIntoView({ block: "start" });
  card.focus({ preventScroll: true });
}

element.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches("[data-look-up]")) lookUp();
  if (event.target.matches("[data-add]")) addRouter();
});

// The page begins as its address says.
fillFamilies();
at("find").value = fields.get("find") ?? "";
at("state").value = [...at("state").options].some((option) => option.value === fields.get("state")) ? fields.get("state") : "";
filter();
takeUp();
const asked = fields.get("router");
if (fields.get("tab")) openTab(fields.get("tab"), false);
watchStates().then(async () => {
  if (!asked || fields.get("tab")) return;
  await bringing;
  if (cardOf(asked)) await toggleDetails(asked, true);
  point(asked);
});
