// The prompt box: Enter submits, Shift+Enter breaks the line, examples fill it, a counter follows the typing.
// It and the board tell each other things by events on the document, so that neither needs the other's markup.
const box = element.querySelector("textarea");
const count = element.querySelector("[data-count]");
const plural = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

const COUNT_AFTER_MS = 250;
const DRAFT = "router-playground-draft";
let counting = 0;
let timer = 0;
let llm = ""; // whose tokens are counted

function grow() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`; // the style sheet caps it
}

async function countTokens(turn) {
  const characters = plural([...box.value].length, "character");
  try {
    const tokens = box.value ? await server.tokens_of({ prompt: box.value, llm }) : "0 tokens";
    if (turn === counting) count.textContent = `${characters} · ${tokens}`;
  } catch {
    if (turn === counting) count.textContent = characters; // characters need no server
  }
}

function recount() {
  clearTimeout(timer);
  timer = setTimeout(countTokens, COUNT_AFTER_MS, ++counting);
}

// What is typed is kept while this tab lives, so that Back and a reload bring it again; no other tab can read it.
function keepDraft() {
  try {
    sessionStorage.setItem(DRAFT, box.value);
  } catch {
    // storage is blocked or full: the draft lasts until the page is left
  }
}

function draft() {
  try {
    return sessionStorage.getItem(DRAFT);
  } catch {
    return null; // as above
  }
}

function changed() {
  grow();
  recount();
  keepDraft();
  document.dispatchEvent(new CustomEvent("rp:typed", { detail: { prompt: box.value } }));
}

function submit() {
  document.dispatchEvent(new CustomEvent("rp:submit", { detail: { prompt: box.value } }));
}

function fill(prompt) {
  box.value = prompt;
  changed();
}

box.addEventListener("input", changed);
box.addEventListener("keydown", (event) => {
  // While an input method composes a character, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!event.repeat) submit();
});
element.querySelector("[data-ask]").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
element.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-example]");
  if (!chip) return;
  fill(chip.dataset.prompt);
  submit();
});
document.addEventListener("rp:example", (event) => {
  const chips = [...element.querySelectorAll("[data-example]")];
  chips.find((chip) => chip.dataset.example === event.detail.kind)?.click();
});
document.addEventListener("rp:pool", (event) => {
  if (event.detail.llm === llm) return;
  llm = event.detail.llm;
  recount();
});

fill(new URLSearchParams(location.search).get("prompt") ?? draft() ?? "");
