// What the Compare page keeps in the tab, and what it warns of before it is lost.
const CARRY = "rp:carry"; // what the Route page leaves for this one
const DRAFT = "rp:compare"; // what outlives a reload, in this tab only: controls and the prompt that is being typed

function keep() {
  try {
    sessionStorage.setItem(DRAFT, JSON.stringify({ query: bench().dataset.query, prompt: box().value }));
  } catch {} // storage is blocked: a reload forgets, as it does everywhere then
}

// The conversation and the keys live in the server's memory, under this page load. The listener is there only while they
// would be lost: browsers keep pages without one for the way back.
function warn(event) {
  event.preventDefault();
  event.returnValue = ""; // older browsers want it; all of them have words of their own
}

function toggleWarning() {
  const act = bench().dataset.loses === "1" ? "addEventListener" : "removeEventListener";
  window[act]("beforeunload", warn);
}

// Storage may be blocked, or hold something else.
function stored(name) {
  try {
    const found = JSON.parse(sessionStorage.getItem(name) ?? "null");
    return typeof found?.prompt === "string" ? found : null;
  } catch {
    return null;
  }
}

function carry() {
  const found = stored(CARRY);
  try {
    sessionStorage.removeItem(CARRY);
  } catch {} // then there was nothing either
  return found;
}
