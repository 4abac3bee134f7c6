// The Compare page: sends what the reader does to Python and puts the answer's controls in place.
//
// Controls stand in several parts of the page (bench, heads of the columns, ticker, vote), which Python renders apart so
// that a growing answer redraws nothing else. They carry their value as data-value, which is copied into them here: an
// attribute would be overwritten under the reader's hand. Keys never become an attribute, and leave their field at once.
const PARTS = "[data-bench], [data-head], [data-ticker], [data-vote-panel]";
const PREVIEW_AFTER_MS = 450;
const MAX_FILE_BYTES = 20 * 1024 * 1024;
const LOST = "The server did not answer. Check your connection, then try again.";
const REFUSED = "The server is too busy, or failed on this request. Wait a moment, then try again.";

const box = () => element.querySelector("#rp-prompt");
const bench = () => element.querySelector("[data-bench]");
const says = (text) => (element.querySelector("[data-says]").textContent = text);
const parts = () => [...document.querySelectorAll(PARTS)];
const controls = () => parts().flatMap((part) => [...part.querySelectorAll("[name]")]);
const touched = new Map(); // name of a control -> {value, after}: set by the reader after that many requests
const open = new Set();
const waiting = [];
let running = null; // {echo, timer} of the request that the page waits for
let echo = 0;
let timer = 0;
let sent = ""; // the prompt that is on its way
let editing = false; // the next prompt takes the last one's place
let conversation = "";
let arriving = null; // what the Route page left for this one

const read = (control) => (control.type === "checkbox" ? (control.checked ? "1" : "") : control.value);

// One request runs at a time, so that an old answer never undoes a newer one; the others wait, and read the controls when
// their turn comes. The end of a stream is not waited for, and stopping waits for nothing.
function send(kind, fields = {}) {
  if (kind !== "adjusted" || !waiting.some((other) => other.kind === kind)) waiting.push({ kind, fields });
  next();
}

function next() {
  if (running || !waiting.length) return;
  const { kind, fields } = waiting.shift();
  const values = Object.fromEntries(controls().map((control) => [control.name, read(control)]));
  running = { echo: String(++echo), timer: setTimeout(giveUp, Number(bench().dataset.giveUpMs), LOST) };
  trigger(kind, { values, prompt: box().value, echo: running.echo, ...fields });
}

function answered() {
  if (running?.echo !== bench().dataset.echo) return;
  clearTimeout(running.timer);
  running = null;
}

function giveUp(said) {
  clearTimeout(running?.timer);
  running = null;
  waiting.length = 0;
  document.documentElement.removeAttribute("data-rp-busy");
  says(said);
}

// A part may be redrawn before the others of the same answer: each says itself which request it answers.
function place() {
  for (const control of controls()) {
    const own = touched.get(control.name);
    if (own && own.after < Number(control.closest(PARTS).dataset.echo)) touched.delete(control.name);
    if (control.dataset.value === undefined) continue;
    const value = touched.get(control.name)?.value ?? control.dataset.value;
    if (control.type === "checkbox") control.checked = value === "1";
    else if (control.value !== value && control !== document.activeElement) control.value = value;
    else if (control.tagName === "SELECT" && control.value !== value) control.value = value;
  }
}

function painted() {
  for (const details of element.querySelectorAll("[data-keep]")) details.open = open.has(details.dataset.keep);
  place();
  answered();
  refill();
  const { conversation: shown } = bench().dataset;
  const streaming = bench().dataset.running === "1";
  const begins = streaming && !document.documentElement.hasAttribute("data-rp-busy");
  document.documentElement.toggleAttribute("data-rp-busy", streaming);
  if (begins) setTimeout(reveal); // the heads are drawn first
  if (sent && streaming && box().value === sent) {
    box().value = "";
    grow();
  }
  if (streaming) {
    editing = false;
    says("");
  }
  if (conversation && conversation !== shown && !sent) box().focus();
  const recalled = element.querySelector("[data-recalled]");
  if (recalled && !editing) recall(recalled.textContent);
  conversation = shown;
  sent = "";
  remember();
  keep();
  toggleWarning();
  if (arriving) arrive();
  setTimeout(next); // the other parts of this answer are drawn first
}

// On a phone the columns stand in a strip: the first that answers comes into view.
function reveal() {
  const strip = document.querySelector("#rp-columns");
  const answering = strip.querySelector(".rp-column:has([data-stop])");
  if (answering) strip.scrollBy({ left: answering.getBoundingClientRect().left - strip.getBoundingClientRect().left });
}

// From the Route page: an override waits for the reader's choice, and so does whatever would cost money.
function arrive() {
  const { carried, override } = arriving;
  arriving = null;
  if (override) document.querySelector("[data-head] select[name=override]")?.focus();
  else if (carried && bench().dataset.local === "1") submit();
}

function recall(prompt) {
  editing = true;
  box().value = prompt;
  grow();
  box().focus();
  says("Sending this takes the place of your last prompt and its answers.");
}

function remember() {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => name.startsWith("__")); // Gradio's own
  const pairs = [new URLSearchParams(kept).toString(), bench().dataset.query].filter(Boolean);
  history.replaceState(history.state, "", location.pathname + (pairs.length ? `?${pairs.join("&")}` : ""));
}

function grow() {
  box().style.height = "auto";
  box().style.height = `${box().scrollHeight}px`; // the style sheet caps it
}

function preview() {
  clearTimeout(timer);
  timer = setTimeout(() => bench().dataset.running !== "1" && send("adjusted", { replace: editing }), PREVIEW_AFTER_MS);
}

function submit() {
  clearTimeout(timer);
  if (bench().dataset.running === "1") return says("Still answering: stop it first, or wait.");
  sent = box().value;
  send("submitted", { replace: editing });
}

async function attach(file) {
  if (!file) return;
  if (file.size > MAX_FILE_BYTES) {
    const mebibytes = (file.size / 2 ** 20).toFixed(0);
    return send("attached", { oversize: mebibytes, name: file.name });
  }
  element.querySelector("[data-uploading]").textContent = `Reading ${file.name} …`;
  try {
    const { path } = await upload(file);
    send("attached", { path, name: file.name });
  } catch {
    send("attached", { failed: true, name: file.name });
  } finally {
    element.querySelector("[data-uploading]").textContent = "";
  }
}

const CLICKS = {
  "[data-stop]": (button) => trigger("halted", { column: Number(button.dataset.stop) }),
  "[data-stop-all]": () => trigger("halted", { column: null }),
  "[data-retry]": (button) => send("retried", { column: Number(button.dataset.retry) }),
  "[data-vote]": (button) => {
    for (const other of document.querySelectorAll("[data-vote]")) other.disabled = true; // until Python has answered
    send("voted", { vote: button.dataset.vote });
  },
  "[data-unveil]": () => send("voted", { vote: "" }),
  "[data-restart]": () => send("restarted"),
  "[data-detach]": () => send("attached", { remove: true }),
  "[data-edit]": () => send("recalled"),
  "[data-use-key]": (button) => useKey(button.closest("[data-provider]")),
  "[data-forget-key]": (button) => send("keyed", { provider: button.closest("[data-provider]").dataset.provider, key: "" }),
  "[data-add-endpoint]": (button) => addEndpoint(button.closest("[data-endpoint]")),
  "[data-drop-endpoint]": (button) => send("keyed", { drop: button.closest("[data-own]").dataset.own }),
  "[data-open-keys]": () => {
    const keys = element.querySelector("[data-keep=keys]");
    keys.open = true;
    keys.querySelector("[data-key]").focus();
  },
  "[data-example]": (button) => {
    box().value = button.dataset.prompt;
    keep();
    grow();
    preview();
    box().focus();
  },
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const found = event.target.closest?.(selector);
    if (found && !found.disabled) return act(found);
  }
});
document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-attach]")) {
    attach(target.files[0]);
    target.value = "";
    return;
  }
  if (!target.name || !target.closest?.(PARTS)) return;
  touched.set(target.name, { value: read(target), after: echo });
  if (target.name === "pool") for (const own of element.querySelectorAll("input[type=hidden][name^='llm.']")) own.remove();
  send("adjusted");
});
element.addEventListener("input", ({ target }) => {
  if (target !== box()) return;
  keep();
  grow();
  preview();
});
const unfolded = () => element.querySelectorAll("details[data-keep][open]");
document.addEventListener("pointerdown", ({ target }) => {
  if (target.closest?.("[data-open-keys]")) return;
  for (const details of unfolded()) if (!details.contains(target)) details.open = false;
});
document.addEventListener("keydown", ({ key }) => { // wherever the focus is: Gradio loses it when it draws anew
  if (key !== "Escape") return;
  for (const details of unfolded()) {
    details.open = false;
    details.querySelector("summary").focus();
  }
});
element.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key !== "Enter" || event.isComposing) return;
  if (target === box() && !event.shiftKey) {
    event.preventDefault();
    if (!event.repeat) submit();
  } else if (target.matches("[data-key]")) {
    event.preventDefault();
    useKey(target.closest("[data-provider]"));
  } else if (target.closest("[data-endpoint]") && target.tagName === "INPUT") {
    event.preventDefault();
    addEndpoint(target.closest("[data-endpoint]"));
  }
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
element.addEventListener("toggle", ({ target }) => {
  if (target.dataset.keep) target.open ? open.add(target.dataset.keep) : open.delete(target.dataset.keep);
}, true);
element.addEventListener("paste", (event) => {
  const file = event.target === box() && event.clipboardData.files[0];
  if (!file) return;
  event.preventDefault();
  attach(file);
});
element.addEventListener("dragover", (event) => event.target.closest("[data-drop]") && event.preventDefault());
element.addEventListener("drop", (event) => {
  if (!event.target.closest("[data-drop]") || !event.dataTransfer.files.length) return;
  event.preventDefault();
  attach(event.dataTransfer.files[0]);
});
document.addEventListener("rp:compare-painted", place);
document.addEventListener("rp:compare-refused", () => giveUp(REFUSED));
watch("value", painted);
const carried = carry();
const draft = carried ? null : stored(DRAFT);
const asked = [...new URLSearchParams(location.search)].some(([name]) => !name.startsWith("__")); // Gradio's own do not count
arriving = { carried, override: new URLSearchParams(location.search).get("override") === "1" };
box().value = (carried ?? draft)?.prompt ?? "";
grow();
send("opened", { query: asked ? location.search.slice(1) : carried?.query || draft?.query || "" });
