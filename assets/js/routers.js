// The Routers page: cards that filter, open and say how their router stands. routers_compare.js and routers_hub.js follow.
//
// The server renders cards; here only their state changes, so nothing moves while routers load. When other routers are
// there than the cards show, all cards are brought anew.
const PATIENCE_MS = 180_000; // a network from the Hub may take a minute to load
const WARMING_MS = 1_500, CALM_MS = 15_000, TOLD_MS = 8_000;
const LOST = { what: "The server does not answer.", mend: "Check your connection, then try again." };

const at = (name) => element.querySelector(`[data-${name}]`);
const all = (selector) => [...element.querySelectorAll(selector)];
const cardOf = (name) => element.querySelector(`[data-router="${CSS.escape(name)}"]`);
const fields = new URLSearchParams(location.search);
let states = {};
let shownPrint = at("print").dataset.print;
let bringing = null;

async function ask(name, sent = {}) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE_MS, new Error("late"))));
  try {
    return (await Promise.race([server[name](sent), late])) ?? { error: LOST };
  } catch {
    return { error: LOST };
  } finally {
    clearTimeout(timer);
  }
}

function banner(text, isError) {
  const said = document.createElement("p");
  said.className = isError ? "rp-banner is-error" : "rp-banner is-done";
  said.textContent = text;
  return said;
}

function closable(text, isError) {
  const said = banner(text, isError), button = document.createElement("button");
  button.type = "button";
  button.className = "rp-link";
  button.textContent = "Close";
  button.addEventListener("click", () => said.remove());
  said.append(button);
  return said;
}

function complain(error) {
  at("notice").replaceChildren();
  at("problem").replaceChildren(...(error ? [closable(`${error.what} ${error.mend}`, true)] : []));
}

function tell(text) {
  const said = closable(text, false);
  at("problem").replaceChildren();
  at("notice").replaceChildren(said);
  setTimeout(() => said.remove(), TOLD_MS);
}

function bring(target) {
  const { top, bottom } = target.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) target.scrollIntoView({ block: "nearest" });
}

function remember(name, value) {
  value ? fields.set(name, value) : fields.delete(name);
  const query = fields.toString();
  history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : "") + location.hash);
}

// Tabs.
function openTab(name, keep = true) {
  const found = all("[data-tab]").find((tab) => tab.dataset.tab === name) ?? all("[data-tab]")[0];
  for (const tab of all("[data-tab]")) {
    const chosen = tab === found;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    element.querySelector(`#rp-rt-${tab.dataset.tab}`).hidden = !chosen;
  }
  complain(null);
  if (keep) remember("tab", found.dataset.tab === "all" ? "" : found.dataset.tab);
  if (found.dataset.tab === "compare") openVersions();
}

// Filters.
function fillFamilies() {
  const select = at("family"), chosen = select.value || fields.get("family") || "";
  const names = all("[data-of-family]").map((family) => family.dataset.ofFamily);
  select.replaceChildren(new Option("All", ""), ...names.map((name) => new Option(name[0].toUpperCase() + name.slice(1), name)));
  select.value = names.includes(chosen) ? chosen : "";
}

function filter() {
  const words = at("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const family = at("family").value, state = at("state").value;
  let shown = 0;
  for (const group of all("[data-of-family]")) {
    let here = 0;
    for (const card of group.querySelectorAll("[data-router]")) {
      const fits = words.every((word) => card.dataset.text.includes(word)) && (!family || family === group.dataset.ofFamily) && (!state || state === card.dataset.kind);
      card.hidden = !fits;
      here += fits;
    }
    group.hidden = !here;
    shown += here;
  }
  at("none").hidden = shown > 0;
  at("count").textContent = `${shown} of ${all("[data-router]").length}`;
}

function clearFilters() {
  at("find").value = at("family").value = at("state").value = "";
  for (const name of ["find", "family", "state"]) fields.delete(name);
  remember("find", "");
  filter();
}

// States.
function showStates(answer) {
  if (answer.error) return;
  states = answer.states;
  at("summary").textContent = answer.summary;
  for (const card of all("[data-router]")) {
    const state = states[card.dataset.router];
    if (!state) continue;
    card.dataset.kind = state.kind;
    const word = card.querySelector("[data-word]");
    if (word.textContent !== state.word) word.textContent = state.word;
    word.title = state.why;
    const why = card.querySelector("[data-gone-why]");
    why.hidden = state.kind !== "gone" || state.why === card.querySelector("[data-method]").textContent;
    why.textContent = state.why;
    card.querySelector("[data-load]").hidden = !state.loads;
    card.querySelector("[data-unload]").hidden = !state.unloads;
    const remove = card.querySelector("[data-remove]"), stays = card.querySelector("[data-stays]");
    if (!remove) continue;
    remove.hidden = answer.stays !== "";
    stays.hidden = answer.stays === "";
    stays.textContent = answer.stays;
  }
  if (at("state").value) filter();
  if (answer.print !== shownPrint) bringCards();
}

function bringCards() {
  bringing ??= ask("routers_cards").then((answer) => {
    bringing = null;
    if (answer.error) return complain(answer.error);
    const open = all("[data-details][aria-expanded=true]").map((button) => button.dataset.details);
    at("cards").innerHTML = answer.html;
    shownPrint = answer.print;
    fillFamilies();
    filter();
    showStates(answer);
    for (const name of open) if (cardOf(name)) toggleDetails(name, true);
  });
  return bringing;
}

async function watchStates() {
  if (!document.hidden) showStates(await ask("routers_states"));
  if (!element.isConnected) return;
  const warming = Object.values(states).some((state) => state.word === "not loaded yet");
  setTimeout(watchStates, warming ? WARMING_MS : CALM_MS);
}

// Details.
async function toggleDetails(name, open) {
  const card = cardOf(name);
  const button = card.querySelector("[data-details]"), more = card.querySelector("[data-more]");
  const opening = open ?? button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", opening);
  card.classList.toggle("is-open", opening);
  more.hidden = !opening;
  remember("router", opening ? name : "");
  if (!opening || more.dataset.filled) return;
  more.textContent = "Reading its card …";
  const answer = await ask("routers_details", { router: name });
  if (answer.error) {
    more.replaceChildren(banner(`${answer.error.what} ${answer.error.mend}`, true));
    return;
  }
  more.innerHTML = answer.html;
  more.dataset.filled = "1";
}

async function act(button, name, router, doing) {
  if (button.disabled) return null;
  button.disabled = true;
  const word = cardOf(router).querySelector("[data-word]");
  word.textContent = doing;
  const answer = await ask(name, { router });
  button.disabled = false;
  if (answer.error) {
    complain(answer.error);
    showStates(await ask("routers_states"));
    return null;
  }
  if (answer.states) showStates(answer);
  tell(answer.said);
  return answer;
}

async function copyCode(button) {
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(at("code").textContent);
  } catch {
    said = "Select and copy it"; // the browser lets only secure pages write to the clipboard
  }
  button.textContent = said;
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

const CLICKS = {
  "[data-tab]": (tab) => openTab(tab.dataset.tab),
  "[data-clear]": clearFilters,
  "[data-details]": (button) => toggleDetails(button.dataset.details),
  "[data-load]": (button) => act(button, "routers_load", button.dataset.load, "loading …"),
  "[data-unload]": (button) => act(button, "routers_unload", button.dataset.unload, "unloading …"),
  "[data-remove]": (button) => removeRouter(button),
  "[data-compare]": () => compareVersions(),
  "[data-cancel]": () => cancelAdding(),
  "[data-copy]": copyCode,
};
element.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const found = event.target.closest(selector);
    if (found) return act(found);
  }
});
element.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[data-tab]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const tabs = all("[data-tab]");
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
  openTab(next.dataset.tab);
  next.focus();
});
element.addEventListener("input", ({ target }) => {
  if (target === at("find")) {
    filter();
    remember("find", target.value);
  }
});
element.addEventListener("change", ({ target }) => {
  for (const name of ["family", "state"]) if (target === at(name)) filter(), remember(name, target.value);
  if (target.matches("[data-of]")) narrowVersions();
});
