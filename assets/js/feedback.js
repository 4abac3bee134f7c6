// Thumbs, stars, comments, and what the route should have been: fills every [data-say] of the page, sends what the
// reader says, one thing at a time, and shows when it is kept. What is not kept stays, with a button to try again.
//
// Gradio draws the cards and the feet anew whenever it likes: what is in them is built here, from what is known here.
const GIVE_UP_MS = 15000;
const SILENT = "Not saved: the server did not answer.";
const TIERS = ["simple", "general", "reasoning"];
const STARS = [1, 2, 3, 4, 5];
const ICONS = {
  up: "M7 11v9H4v-9zm0 0 4-8a2 2 0 0 1 2 2v4h5.5a2 2 0 0 1 2 2.4l-1.3 7a2 2 0 0 1-2 1.6H7",
  down: "M17 13V4h3v9zm0 0-4 8a2 2 0 0 1-2-2v-4H5.500a2 2 0 0 1-2-2.400l1.300-7A2 2 0 0 1 6.800 4H17",
};
const WORDS = {
  decision: { up: "Right route", down: "Wrong route" },
  completion: { up: "Good answer", down: "Bad answer" },
};
const known = new Map(); // key of a subject -> {thumb, stars, comment, tier, from, consent, text, failed, busy, open, shut}
const queue = []; // what is still to be sent, each with the key that it is about
let sending = null;
let focused = null; // [key, name of a control]: drawing anew would take the reader's focus away

const board = () => document.querySelector("[data-board]");
const bench = () => document.querySelector("[data-bench]");
const stateOf = (key) => known.get(key) ?? {};

function subject(spot) {
  if (spot.dataset.say === "decision") {
    const { run } = board().dataset;
    const router = spot.closest("[data-router]").dataset.router;
    return { key: `${run} ${router}`, prompt: run, about: { run, router, query: board().dataset.query } };
  }
  const { conversation, turn } = bench().dataset;
  const place = Number(spot.closest("[data-facts]").dataset.facts);
  return { key: `${conversation} ${turn} ${place}`, about: { conversation, turn: Number(turn), place } };
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(spot, changes, fields) {
  const { key, about, prompt } = subject(spot);
  const before = { ...stateOf(key) };
  known.set(key, { ...before, ...changes, failed: null, text: "Saving …", busy: true });
  if (spot.dataset.say === "decision") known.get(key).shut = false;
  queue.push({ key, prompt, before, fields: { id: newId(), ...about, ...fields } });
  paint();
  next();
}

function rate(spot, changes) {
  const { thumb = null, stars = null, comment = "" } = { ...stateOf(subject(spot).key), ...changes };
  say(spot, changes, { thumb, stars, comment });
}

function next() {
  if (sending || !queue.length) return;
  sending = queue.shift();
  sending.timer = setTimeout(() => settle(SILENT, false), GIVE_UP_MS);
  trigger("said", sending.fields);
}

function settle(text, kept) {
  if (!sending) return;
  const { key, timer } = sending;
  clearTimeout(timer);
  known.set(key, { ...stateOf(key), text, failed: kept ? null : sending, busy: queue.some((other) => other.key === key) });
  sending = null;
  paint();
  next();
}

watch("value", () => {
  const told = element.querySelector("[data-told]");
  if (sending && told?.dataset.told === sending.fields.id) settle(told.textContent, told.dataset.kept === "1");
});
document.addEventListener("rp:unsaid", () => settle("Not saved: the server is too busy, or failed on this.", false));

function node(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  if (text) made.textContent = text;
  made.append(...children.filter(Boolean));
  return made;
}

function icon(path) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

function thumb(kind, which, state, of) {
  const words = WORDS[kind][which];
  const attributes = { type: "button", class: "rp-thumb", "data-act": which, title: words, "aria-label": `${words}: ${of}`, "aria-pressed": String(state.thumb === which) };
  return node("button", attributes, icon(ICONS[which]));
}

function status(state, undoable) {
  if (!state.text) return null;
  return node("p", { class: `rp-said${state.failed ? " is-failed" : ""}` },
    node("span", { role: "status", text: state.text }),
    state.failed && node("button", { type: "button", class: "rp-link", "data-act": "again", text: "Try again" }),
    !state.failed && !state.busy && undoable && node("button", { type: "button", class: "rp-link", "data-act": "undo", text: "Undo" }));
}

function correction(state) {
  if (state.thumb !== "down" && !state.tier) return null;
  const tiers = TIERS.map((name, index) => node("button",
    { type: "button", class: "rp-tier", "data-act": "tier", "data-tier": index + 1, "aria-pressed": String(state.tier === index + 1) },
    node("i", { class: `rp-mark t${index + 1}`, "aria-hidden": "true" }), name));
  const box = node("input", { type: "checkbox", "data-act": "consent" });
  box.checked = Boolean(state.consent);
  return node("div", { class: "rp-should", role: "group", "aria-label": "Which route it should have been" },
    node("span", { text: "Should be" }), ...tiers,
    node("label", { class: "rp-check" }, box, node("span", { text: "Keep the prompt’s text too, not only its hash" })));
}

function word(state, of) {
  const said = state.tier ? `→ ${TIERS[state.tier - 1]}` : state.thumb ? WORDS.decision[state.thumb] : "Wrong route?";
  return node("button", { type: "button", class: "rp-link rp-word", "data-act": "word" }, said, node("span", { class: "rp-sr", text: ` ${of}` }));
}

// What follows a thumb lies over the cards below: nothing on the page moves.
function decision(spot, state) {
  const of = spot.closest("[data-router]").querySelector("h3").textContent;
  const more = state.shut && !state.failed ? [] : [correction(state), status(state, state.thumb || state.tier)].filter(Boolean);
  spot.replaceChildren(
    node("span", { class: "rp-thumbs" }, thumb("decision", "up", state, of), thumb("decision", "down", state, of), word(state, of)),
    ...(more.length ? [node("div", { class: "rp-more" }, ...more)] : []));
}

function completion(spot, state) {
  const of = spot.closest("[data-facts]").getAttribute("aria-label").split(":")[0];
  const stars = STARS.map((star) => node("button", {
    type: "button", class: "rp-star", "data-act": "stars", "data-stars": star, title: `${star} of 5`,
    "aria-label": `${star} of 5 stars: ${of}`, "aria-pressed": String(state.stars === star), "data-on": star <= (state.stars ?? 0),
  }, "★"));
  const opener = node("button", { type: "button", class: "rp-link", "data-act": "open", "aria-expanded": String(Boolean(state.open)), text: state.comment ? "Edit comment" : "Comment" });
  const rows = [node("span", { class: "rp-thumbs" }, thumb("completion", "up", state, of), thumb("completion", "down", state, of)),
    node("span", { class: "rp-stars", role: "group", "aria-label": `Stars: ${of}` }, ...stars), opener];
  if (state.open) {
    const text = node("textarea", { rows: 3, maxlength: 2000, "data-act": "comment", "aria-label": `Comment: ${of}`, placeholder: "Your comment is stored as you write it." });
    text.value = state.draft ?? state.comment ?? "";
    rows.push(node("div", { class: "rp-comment" }, text, node("button", { type: "button", class: "rp-btn", "data-act": "save", text: "Save comment" })));
  }
  const undoable = state.thumb || state.stars || state.comment;
  spot.replaceChildren(...rows, ...[status(state, undoable)].filter(Boolean));
}

const drawn = new WeakMap(); // spot -> what it shows, so that nothing is built twice

function paint() {
  for (const foot of document.querySelectorAll("[data-facts]:not([data-done='1'])")) { // asked again: another answer
    const { conversation, turn } = bench().dataset;
    known.delete(`${conversation} ${turn} ${foot.dataset.facts}`);
  }
  for (const spot of document.querySelectorAll("[data-say]")) {
    const { key } = subject(spot);
    const state = stateOf(key);
    const { draft, ...visible } = state;
    const shows = JSON.stringify([key, { ...visible, failed: Boolean(state.failed) }]);
    if (drawn.get(spot) === shows && spot.childElementCount) continue;
    drawn.set(spot, shows);
    spot.dataset.say === "decision" ? decision(spot, state) : completion(spot, state);
    if (focused?.[0] === key && (document.activeElement === document.body || !document.activeElement)) {
      spot.querySelector(focused[1])?.focus({ preventScroll: true });
    }
  }
}

// Closes what lies open over the cards, but for the card of that key.
function shut(kept) {
  const open = [...known].filter(([key, state]) => state.shut === false && key !== kept);
  for (const [key, state] of open) known.set(key, { ...state, shut: true });
  if (open.length) paint();
}

const ACTS = {
  up: (spot, state) => rate(spot, { thumb: state.thumb === "up" ? null : "up" }),
  down: (spot, state) => rate(spot, { thumb: state.thumb === "down" ? null : "down" }),
  word: (spot, state) => {
    if (!state.thumb && !state.tier) return rate(spot, { thumb: "down" });
    known.set(subject(spot).key, { ...state, shut: !state.shut });
    paint();
  },
  stars: (spot, state, button) => rate(spot, { stars: Number(button.dataset.stars) }),
  open: (spot, state) => {
    known.set(subject(spot).key, { ...state, open: !state.open });
    paint();
    spot.querySelector("textarea")?.focus();
  },
  save: (spot, state) => rate(spot, { comment: spot.querySelector("textarea").value, open: false, draft: undefined }),
  consent: (spot, state, box) => {
    known.set(subject(spot).key, { ...state, consent: box.checked });
    if (state.tier) say(spot, {}, { tier: state.tier, consent: box.checked, withdraw: !box.checked });
  },
  tier: (spot, state, button) => {
    const tier = Number(button.dataset.tier);
    say(spot, { tier }, { tier, consent: Boolean(state.consent) });
  },
  undo: (spot, state) => {
    if (state.tier) say(spot, { tier: null, consent: false }, { undo: true, withdraw: Boolean(state.consent) });
    if (state.thumb || state.stars || state.comment) rate(spot, { thumb: null, stars: null, comment: "", draft: undefined });
  },
  again: (spot, state) => {
    const { key } = subject(spot);
    known.set(key, { ...state, failed: null, text: "Saving …", busy: true });
    queue.push(state.failed);
    paint();
    next();
  },
};

function acted(event, wanted) {
  const control = event.target.closest?.("[data-say] [data-act]");
  if (!control || (control.type === "checkbox") !== (wanted === "change") || control.tagName === "TEXTAREA") return;
  const spot = control.closest("[data-say]");
  ACTS[control.dataset.act](spot, stateOf(subject(spot).key), control);
}

document.addEventListener("click", ({ target }) => { // looked at before what is clicked is drawn anew; closed after that
  const spot = target.closest?.("[data-say='decision']");
  setTimeout(shut, 0, spot ? subject(spot).key : null);
}, { capture: true });
document.addEventListener("keydown", (event) => event.key === "Escape" && shut(null));
document.addEventListener("click", (event) => acted(event, "click"));
document.addEventListener("change", (event) => acted(event, "change"));
document.addEventListener("input", ({ target }) => {
  const spot = target.closest?.("[data-say]");
  if (!spot || target.tagName !== "TEXTAREA") return;
  const { key } = subject(spot);
  known.set(key, { ...stateOf(key), draft: target.value });
});
document.addEventListener("focusin", ({ target }) => {
  const spot = target.closest?.("[data-say]");
  if (!spot) return (focused = null);
  const { act, tier, stars } = target.dataset;
  focused = [subject(spot).key, `[data-act="${act}"]${tier ? `[data-tier="${tier}"]` : ""}${stars ? `[data-stars="${stars}"]` : ""}`];
});

let due = false;
new MutationObserver(() => {
  if (due) return;
  due = true;
  queueMicrotask(() => { // before the browser draws, so that nothing flickers
    due = false;
    paint();
  });
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-run", "data-turn", "data-conversation"] });
paint();
