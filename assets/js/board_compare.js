// From a decision to the Compare page: the prompt travels in the tab's own storage, never in the address.
// It runs in the scope of board.js, of which it is a part.
const CARRY = "rp:carry";
const OF_THIS_PAGE = ["prompt", "share", "sort", "family", "why", "differ", "bound"]; // what Compare has no use for

// Selector of a button that leads there, by which the focus is found again; '' for any other element.
function compareButton({ compare, override }) {
  if (compare === undefined) return "";
  return `[data-compare="${compare}"]${override === undefined ? ":not([data-override])" : "[data-override]"}`;
}

function compare(button) {
  const controls = new URLSearchParams(board().dataset.query);
  for (const name of OF_THIS_PAGE) controls.delete(name);
  try {
    sessionStorage.setItem(CARRY, JSON.stringify({ prompt: routed ?? "", query: controls.toString() }));
  } catch {
    return say("Your browser keeps nothing for the Compare page: allow this site to store data, or copy the prompt.");
  }
  const own = new URLSearchParams({ router: button.dataset.compare });
  for (const [name, value] of controls) own.set(name, value);
  if ("override" in button.dataset) own.set("override", "1");
  location.assign(`/compare?${own}`);
}
