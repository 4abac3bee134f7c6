// The board: sends what the reader does to Python and puts the answer's controls in place.
//
// Python renders the whole board; Gradio changes only the parts of the page that differ, place by place. So controls
// carry their value as data-value, which is copied into them here: an attribute would be overwritten under the
// reader's hand.
// One request runs at a time. Others wait, one of each kind, and read the controls when their turn comes, so that an
// old answer never undoes a newer one. "explained" has its own lane: it takes seconds and brings no board, so
// thresholds go on moving meanwhile. So has "awaited", which waits for routers that ask an LLM and changes nothing:
// even a new prompt may overtake it.
const KINDS = ["opened", "submitted", "described", "adjusted", "explained", "awaited"]; // which goes first
const GIVE_UP_MS = 60000;
const GIVE_UP_ADJUSTED_MS = 8000;
const THROTTLE_MS = 60;
const LOST = "The server did not answer. Check your connection, then try again.";
const REFUSED = "The server is too busy, or failed on this request. Wait a moment, then try again.";

const board = () => element.querySelector("[data-board]");
const all = (selector) => [...element.querySelectorAll(selector)];
const waiting = new Map();
const running = new Map(); // kind -> {echo, timer, prompt}
const touched = new Map(); // name of a control -> {value, after}: set by the reader after that many requests
const drafts = new Map(); // category of a router -> {saved, text}: descriptions and rules that are not applied yet
const open = new Set();
let echo = 0, throttle = 0, ticked = false; // ticked: the reader chose to share prompts in this tab
let held = false; // a slider has moved, and the cards keep their places
let unfolded = ""; // whose evidence the reader has just asked for: its card grows, and may grow out of sight
let focused = "";
let typed = null, routed = null;

const read = (control) => (control.type === "checkbox" ? (control.checked ? "1" : "") : control.value);

function exact(range) {
  // A range shows whole steps only: an own threshold of 0.4137 stays itself until it is moved.
  const same = Math.abs(range.value - range.dataset.value) < range.step / 2;
  return same ? range.dataset.value : range.value;
}

function query() {
  const pairs = new URLSearchParams();
  for (const control of board().elements) {
    if (!control.name || (control.type === "checkbox" && !control.checked)) continue;
    pairs.set(control.name, control.type === "range" ? exact(control) : control.value);
  }
  return pairs;
}

function send(kind, { changes, keep = false, ...fields } = {}) {
  const before = waiting.get(kind);
  const merged = { changes: { ...before?.changes, ...changes }, keep: keep && (before?.keep ?? true) };
  waiting.set(kind, { ...before, ...fields, ...merged });
  next();
}

const asked = () => [...running.keys()].filter((kind) => kind !== "awaited"); // what the reader is waiting for
function free(kind) {
  if (kind === "awaited") return !running.has("awaited");
  return asked().every((other) => kind === "adjusted" && other === "explained");
}

function next() {
  const kind = KINDS.find((name) => waiting.has(name) && free(name));
  if (!kind) return;
  const { changes, keep, ...fields } = waiting.get(kind);
  waiting.delete(kind);
  const pairs = kind === "opened" ? new URLSearchParams(location.search) : query();
  for (const [name, value] of Object.entries(changes)) value === null ? pairs.delete(name) : pairs.set(name, value);
  const limit = kind === "adjusted" ? GIVE_UP_ADJUSTED_MS : GIVE_UP_MS;
  const prompt = kind === "opened" ? pairs.get("prompt") : fields.prompt;
  running.set(kind, { echo: String(++echo), prompt, timer: setTimeout(giveUp, limit, kind, LOST) });
  showBusy();
  const standing = keep ? all("article[data-route]").map((card) => card.dataset.router) : [];
  const run = board().dataset.run;
  trigger(kind, { query: pairs.toString(), echo: String(echo), run, ticked, standing, ...fields });
}

function finish(kind) {
  clearTimeout(running.get(kind)?.timer);
  running.delete(kind);
  showBusy();
}

function showBusy() {
  document.documentElement.toggleAttribute("data-rp-busy", asked().some((kind) => kind !== "adjusted"));
  asked().length ? board().setAttribute("aria-busy", "true") : board().removeAttribute("aria-busy");
}

function giveUp(kind, said) {
  if (!running.has(kind)) return;
  finish(kind);
  say(said);
  waiting.clear();
}

function say(said) {
  const notice = document.createElement("p");
  notice.className = "rp-banner is-error";
  notice.textContent = said;
  element.querySelector(".rp-notices").replaceChildren(notice);
  show(notice);
}

function place(answer) {
  for (const control of all("[data-value]")) {
    const own = touched.get(control.name);
    if (own && own.after < answer) touched.delete(control.name);
    const value = touched.get(control.name)?.value ?? control.dataset.value;
    if (control.type === "checkbox") control.checked = value === "1";
    else if (control.value !== value && !inUse(control)) control.value = value;
    if (control.type === "range" && touched.has(control.name)) draw(control);
  }
  for (const field of all("[data-saved]")) {
    if (drafts.get(draftOf(field))?.saved !== field.dataset.saved) drafts.delete(draftOf(field)); // applied or restored
    const value = drafts.get(draftOf(field))?.text ?? field.dataset.saved;
    if (field.value !== value) field.value = value;
  }
  for (const choice of all("[data-chosen]")) choice.value = choice.dataset.chosen;
}

// A number is half typed until the reader leaves its field.
const inUse = (control) => control.type === "number" && control === document.activeElement;
function draftOf(field) {
  const { descriptions, set } = field.closest("fieldset").dataset;
  return [descriptions, set, field.dataset.category, field.dataset.rule].join(" ");
}

function draw(range) {
  range.closest("label").querySelector("[data-shown]").textContent = Number(range.value).toFixed(2);
  range.closest("label").style.setProperty("--t", range.value);
}

function answered() {
  const [kind, request] = [...running].find(([, { echo: number }]) => number === board().dataset.echo) ?? [];
  if (kind) finish(kind);
  else showBusy(); // a late answer, from which Gradio took the mark away
  for (const details of all("[data-keep]")) details.open = open.has(details.dataset.keep);
  place(Number(board().dataset.echo));
  keepFocus();
  if (request?.prompt != null && !element.querySelector(".rp-notices .is-error")) routed = request.prompt;
  showStale();
  if (waiting.size || throttle) return next();
  remember();
  if (kind === "submitted") show(element.querySelector(".rp-notices > *") ?? element.querySelector(".rp-verdict"));
  if (unfolded) unfolded = void show(element.querySelector(`#rp-card-${unfolded}.is-open`)) ?? "";
  if (!asked().length && element.querySelector("[data-needs-evidence]")) send("explained");
  if (element.querySelector("[data-pending]") && !running.has("awaited")) send("awaited", { answered: Number(board().dataset.answered) });
}

function keepFocus() {
  // Cards may change places or go: Gradio then puts another control under the reader's focus, or the focus is lost.
  const now = document.activeElement;
  const elsewhere = now !== document.body && !element.contains(now);
  if (!focused || elsewhere || now.matches(focused)) return;
  (element.querySelector(focused) ?? element.querySelector("#rp-decisions")).focus({ preventScroll: true });
}

function showStale() {
  element.toggleAttribute("data-stale", routed !== null && typed !== null && typed !== routed);
}

function remember() {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => name.startsWith("__")); // Gradio's own
  const pairs = [new URLSearchParams(kept).toString(), board().dataset.query].filter(Boolean);
  history.replaceState(history.state, "", location.pathname + (pairs.length ? `?${pairs.join("&")}` : ""));
  const llm = element.querySelector("[name='llm.weak']")?.dataset.value;
  document.dispatchEvent(new CustomEvent("rp:pool", { detail: { llm } }));
}

function show(target) {
  if (!target) return;
  const { top } = target.getBoundingClientRect();
  if (top > innerHeight - 160 || top < 0) target.scrollIntoView({ block: "start" });
}

async function copyLink(button) {
  let said = "Link copied";
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    said = "Copy the address bar"; // the browser lets only secure pages write to the clipboard
  }
  element.querySelector("[data-said]").textContent = said;
  button.dataset.said = said;
  setTimeout(() => delete button.dataset.said, 2000);
}

function reset() {
  ticked = false;
  send("adjusted", { changes: Object.fromEntries([...query().keys()].map((name) => [name, null])) });
  element.querySelector("select[name=pool]").focus(); // the button hides, and would take the focus with it
}

function settle() {
  held = false;
  clearTimeout(throttle);
  throttle = 0;
  send("adjusted"); // filters and sorts anew
}

function describe(fieldset, categories) {
  send("described", { router: fieldset.dataset.descriptions, categories });
}

function buy(fieldset) {
  send("described", { router: fieldset.dataset.descriptions, budget: fieldset.querySelector("[data-usd]").value });
}

function categoriesOf(fieldset) {
  const texts = [...fieldset.querySelectorAll("[data-category]")].map((text) => [text.dataset.category, text.value]);
  const rules = [...fieldset.querySelectorAll("[data-rule]")].map((rule) => [rule.dataset.rule, rule.value]);
  return { set: fieldset.dataset.set, descriptions: Object.fromEntries(texts), rules };
}

const CLICKS = {
  "[data-compare]": compare,
  "[data-why]": (button) => {
    const name = button.dataset.why;
    send("adjusted", { changes: { why: (unfolded = button.ariaExpanded === "true" ? "" : name) || null }, keep: true });
  },
  "[data-pick-example]": (button) =>
    document.dispatchEvent(new CustomEvent("rp:example", { detail: { kind: button.dataset.pickExample } })),
  "[data-copy-link]": copyLink,
  "[data-reset]": reset,
  "[data-show-all]": () => send("adjusted", { changes: { differ: null, family: null } }),
  "[data-apply]": (button) => describe(button.closest("fieldset"), categoriesOf(button.closest("fieldset"))),
  "[data-buy]": (button) => buy(button.closest("fieldset")),
  "[data-restore]": (button) => describe(button.closest("fieldset"), null),
};

element.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const found = event.target.closest(selector);
    if (found) return act(found);
  }
});
element.addEventListener("input", ({ target }) => {
  if (target.name) touched.set(target.name, { value: read(target), after: echo });
  if (target.dataset.saved !== undefined) drafts.set(draftOf(target), { saved: target.dataset.saved, text: target.value });
  if (target.type !== "range") return;
  held = true;
  draw(target);
  throttle ||= setTimeout(() => {
    throttle = 0;
    send("adjusted", { keep: true });
  }, THROTTLE_MS);
});
element.addEventListener("change", ({ target }) => {
  if (target.dataset.chosen !== undefined) return describe(target.closest("fieldset"), { set: target.value });
  if (!target.name) return;
  if (target.name === "share") ticked = target.checked;
  // Under the keyboard every step is a change: the cards wait until the reader leaves the slider.
  if (target.type === "range") return target.matches(":focus-visible") ? undefined : settle();
  if (target.name !== "pool") return send("adjusted");
  const routes = [...query().keys()].filter((name) => name.startsWith("llm.")); // the preset says all of them
  send("adjusted", { changes: Object.fromEntries(routes.map((name) => [name, null])) });
});
element.addEventListener("focusin", ({ target }) => {
  const { why } = target.dataset;
  focused = target.name ? `[name="${target.name}"]` : why ? `[data-why="${why}"]` : compareButton(target.dataset);
});
document.addEventListener("pointerdown", ({ target }) => {
  if (!target.closest?.("button, input, select, textarea, label, summary")) focused = ""; // the reader let go of it
});
element.addEventListener("focusout", () => held && settle());
element.addEventListener("toggle", ({ target }) => {
  if (target.dataset.keep) target.open ? open.add(target.dataset.keep) : open.delete(target.dataset.keep);
}, true);
element.addEventListener("keydown", ({ key, target }) => {
  const details = key === "Escape" && target.closest("details[data-keep]");
  if (details) {
    details.open = false;
    details.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  const from = event.target.closest?.("[data-goto]");
  if (!from) return;
  event.preventDefault(); // a link to a fragment would drop the query from the address
  const target = document.getElementById(from.dataset.goto);
  target?.scrollIntoView({ block: target.tagName === "ARTICLE" ? "center" : "start" });
  target?.focus({ preventScroll: true });
});
element.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("rp:submit", (event) => send("submitted", { prompt: event.detail.prompt }));
document.addEventListener("rp:typed", (event) => {
  typed = event.detail.prompt;
  showStale();
});
document.addEventListener("rp:refused", (event) => giveUp(event.detail, REFUSED));
document.addEventListener("rp:explained", () => {
  finish("explained");
  send("adjusted", { keep: true });
});

document.addEventListener("rp:awaited", () => {
  finish("awaited");
  send("adjusted", { keep: held });
});

watch("value", answered);
send("opened");
