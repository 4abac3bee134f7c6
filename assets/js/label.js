// The Label tab: shows one prompt after the other and sends labels.
//
// The next prompt is here before it is needed. A label has its id before it is sent, and stays on screen until the server
// has it: sent again, the same id is the same label. Prompts are put in as text, never as HTML.
const at = (name) => element.querySelector(`[data-${name}]`);
const root = at("label");
const work = at("work");
const PATIENCE_MS = 20_000;
const SETTLE_MS = 250; // nobody has read a prompt sooner: what comes earlier was meant for the one before
const LONG_CHARACTERS = 420;
const LOST = { what: "The server does not answer.", mend: "Nothing on this page is lost: try again in a moment." };
const SAVING = "the label before was still being saved.";
const KEYS = { 1: "1", 2: "2", 3: "3", u: "unsure", s: "skip", d: "discard" };

const comments = new Map(); // by item, for undo to bring them back
let item = null; // on screen
let next = null; // in hand, for when this one is done
let sending = null; // the label that the server does not have yet
let busy = false;
let seen = false; // whether the panel's decisions were shown beside this prompt
let shownAt = 0;
let told = 0; // counts what was said of labels, so that a slow answer does not speak of an older one
let tab = ""; // the server's id of this tab: who labels without cookies is known by it
let introducing = null;

const before = () => at("before").checked;
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function ask(name, fields = {}) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE_MS, new Error("late"))));
  try {
    const answer = await Promise.race([server[name]({ ...fields, tab }), late]);
    if (!answer?.unknown) return answer ?? { error: LOST };
    await Promise.race([introduce(), late]);
    return (await Promise.race([server[name]({ ...fields, tab }), late])) ?? { error: LOST };
  } catch {
    return { error: LOST };
  } finally {
    clearTimeout(timer);
  }
}

function introduce() {
  introducing ??= new Promise((resolve) => addEventListener("rp-label-tab", resolve, { once: true })).then(({ detail }) => {
    tab = detail;
    introducing = null;
  });
  trigger("introduced");
  return introducing;
}

function complain(error, again) {
  const slot = at("problem");
  slot.replaceChildren();
  if (!error) return;
  const banner = document.createElement("p");
  banner.className = "rp-banner is-error";
  const what = document.createElement("b");
  what.textContent = error.what;
  banner.append(what, ` ${error.mend} `);
  if (again) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "rp-link";
    button.textContent = "Try again";
    button.addEventListener("click", again);
    banner.append(button);
  }
  slot.append(banner);
}

function setBusy(now) {
  busy = now;
  work.setAttribute("aria-busy", now);
  for (const button of element.querySelectorAll("[data-undo]")) button.disabled = now;
  for (const button of work.querySelectorAll("[data-choice]")) button.setAttribute("aria-disabled", now); // its click is answered
}

function mark(choice) {
  for (const button of work.querySelectorAll("[data-choice]")) {
    const chosen = button.dataset.choice === choice;
    button.classList.toggle("is-chosen", chosen);
    button.setAttribute("aria-pressed", chosen);
  }
}

function show(shown, { choice = "", comment = "", rating = null } = {}) {
  item = shown;
  work.hidden = !item;
  at("empty").hidden = Boolean(item);
  root.dataset.state = item ? "settling" : "empty";
  root.dataset.item = item?.id ?? "";
  if (!item) return;
  setTimeout(settle, SETTLE_MS, item);
  const box = at("prompt");
  box.textContent = item.prompt;
  box.classList.toggle("is-long", item.prompt.length > LONG_CHARACTERS);
  box.classList.remove("is-whole");
  box.scrollTop = 0;
  at("facts").textContent = item.facts;
  at("unfold").hidden = box.scrollHeight <= box.clientHeight;
  at("panel").hidden = true;
  at("panel").replaceChildren();
  at("comment").value = comment;
  for (const star of work.querySelectorAll("[name=rp-lb-rating]")) star.checked = Number(star.value) === rating;
  mark(choice);
  seen = false;
  shownAt = performance.now();
  if (before()) showPanel();
}

function settle(shown) {
  if (item === shown && root.dataset.state === "settling") root.dataset.state = "ready";
}

async function showPanel() {
  const { id, prompt } = item;
  const answer = await ask("label_panel", { prompt });
  if (item?.id !== id || !before()) return;
  if (answer.error) return complain(answer.error, showPanel);
  at("panel").innerHTML = answer.panel; // rendered and escaped by the server, as all HTML below
  at("panel").hidden = false;
  seen = true;
}

// What the panel thinks of the prompt that has just been labelled.
async function compare(prompt, choice, number) {
  const answer = await ask("label_panel", { prompt, choice });
  if (number === told && answer.panel) at("said").insertAdjacentHTML("beforeend", answer.panel);
}

function progress({ done, total, mine, seconds, open }) {
  const bar = at("bar");
  const left = total - done;
  bar.max = Math.max(1, total);
  bar.value = done;
  const whose = open || !left ? "left" : left === 1 ? "waits for others" : "wait for others";
  const words = [`${left.toLocaleString("en")} ${whose}`, `${mine.toLocaleString("en")} labelled by you`];
  if (seconds !== null) words.push(`${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s each`);
  if (seconds !== null && left && open) words.push(`about ${duration(seconds * left)} to go`);
  at("progress").textContent = total ? words.join(" · ") : "No prompts yet";
}

function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function take(answer) {
  if (answer.progress) progress(answer.progress);
  if (answer.empty !== undefined) at("empty").innerHTML = answer.empty;
  if (answer.said !== undefined) at("said").innerHTML = answer.said;
}

async function open() {
  complain(null);
  const answer = await ask("label_opened");
  if (answer.error) return complain(answer.error, open);
  take(answer);
  at("name").textContent = answer.name;
  at("as").textContent = answer.signed_in && ` (signed in as ${answer.signed_in})`;
  next = answer.next;
  show(answer.item);
}

// What is not taken is said: a label that came to nothing without a word would be missed. Nothing waits for the next
// prompt either, because nobody has read that one yet.
function refuse(choice, why) {
  const key = Object.keys(KEYS).find((one) => KEYS[one] === choice) ?? "z";
  at("early").textContent = `Not taken: ${why} Press ${key} again.`;
}

function give(choice) {
  if (!item) return;
  if (busy) return refuse(choice, SAVING);
  if (root.dataset.state === "settling") return refuse(choice, "this prompt had only just come.");
  at("early").textContent = "";
  const seconds = (performance.now() - shownAt) / 1000;
  const rating = work.querySelector("[name=rp-lb-rating]:checked")?.value;
  sending = { id: newId(), item: item.id, choice, seconds, seen, comment: at("comment").value, rating: rating ? Number(rating) : null, start: item.prompt.slice(0, 200) };
  send();
}

async function send() {
  complain(null);
  setBusy(true);
  mark(sending.choice);
  root.dataset.state = "saving";
  const hold = [item.id, next?.id].filter(Boolean);
  const answer = await ask("label_given", { ...sending, hold });
  setBusy(false);
  if (answer.error) {
    root.dataset.state = "failed";
    return complain(answer.error, send);
  }
  const [{ prompt }, { choice }] = [item, sending];
  comments.set(sending.item, sending.comment);
  sending = null;
  take(answer);
  compare(prompt, choice, ++told);
  const [shown, after] = next ? [next, answer.next] : [answer.next, null];
  next = after;
  show(shown);
  at(shown ? "card" : "empty").focus({ preventScroll: true });
}

async function undo() {
  if (busy) return refuse("undo", SAVING);
  at("early").textContent = "";
  complain(null);
  setBusy(true);
  const answer = await ask("label_undone", { id: newId() });
  setBusy(false);
  if (answer.error) return complain(answer.error, answer.error === LOST ? open : null); // it may be done: look first
  told += 1;
  take(answer);
  sending = null;
  if (item) next = item; // it comes again, after the one that is taken back
  show(answer.item, { ...answer, comment: comments.get(answer.item.id) });
}

async function act(name, fields = {}) {
  complain(null);
  const answer = await ask(name, fields);
  if (answer.error) return complain(answer.error, () => act(name, fields));
  open();
}

function openTab(title) {
  const tabs = document.querySelectorAll("#rp-lb-tabs [role=tab], #rp-lb-tabs .overflow-dropdown button"); // on a phone
  [...tabs].find((tab) => tab.textContent.trim() === title)?.click();
}

const CLICKS = {
  "[data-choice]": (button) => give(button.dataset.choice),
  "[data-undo]": undo,
  "[data-help]": () => at("keys").showModal(),
  "[data-unfold]": (button) => {
    at("prompt").classList.add("is-whole");
    button.hidden = true;
  },
  "[data-examples]": () => act("label_examples"),
  "[data-too]": () => act("label_too"),
  "[data-again]": open,
  "[data-tab]": (button) => openTab(button.dataset.tab),
};

element.addEventListener("click", (event) => {
  for (const [selector, run] of Object.entries(CLICKS)) {
    const found = event.target.closest?.(selector);
    if (!found || found.disabled) continue;
    // The second click of a double click would fall on the next prompt.
    const twice = event.detail > 1 && selector === "[data-choice]";
    if (!twice) run(found);
    else if (!busy) refuse(found.dataset.choice, "a double click counts once.");
    return;
  }
});
element.addEventListener("change", ({ target }) => {
  if (target !== at("before")) return;
  if (target.checked && item) showPanel();
  else at("panel").hidden = true;
});
const typing = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target === at("comment")) at("card").focus({ preventScroll: true });
  if (!root.isConnected || !root.offsetParent || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.isComposing || typing(event.target) || at("keys").open) return;
  if (event.key === "?") at("keys").showModal();
  else if (event.key.toLowerCase() === "z") undo();
  else if (KEYS[event.key.toLowerCase()]) give(KEYS[event.key.toLowerCase()]);
  else return;
  event.preventDefault();
});
addEventListener("beforeunload", (event) => sending && event.preventDefault());
// Whoever comes back from the other tabs may have brought prompts in.
new IntersectionObserver(([{ isIntersecting }]) => {
  if (isIntersecting && root.dataset.state === "empty") open();
}).observe(root);
document.addEventListener("click", ({ target }) => { // from the other tabs
  const link = target.closest?.("[data-open-tab]");
  if (link) openTab(link.dataset.openTab);
});
document.querySelector(".rp-head [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); // on a phone
if (matchMedia("(max-width: 1000px)").matches) at("guide").open = false;
open();
