// The Compare page's panel of keys and own endpoints: what is typed goes to Python, and keys leave their field at once.
let refused = null; // the endpoint that is being added, but for its key

function take(input) {
  const { value } = input;
  input.value = ""; // a key does not stay in the page
  return value;
}

function addEndpoint(fieldset) {
  const fields = [...fieldset.querySelectorAll("[data-endpoint-field]")];
  const given = fields.map((field) => [
    field.dataset.endpointField,
    field.type === "password" ? take(field) : field.type === "checkbox" ? field.checked : field.value,
  ]);
  const endpoint = Object.fromEntries(given);
  refused = { ...endpoint, key: "" }; // until Python has taken it: what is refused can be mended, but for its key
  send("keyed", { endpoint });
}

// A part that is drawn anew may keep its fields or not, so both are put right: what was refused can be mended.
function refill() {
  if (!refused || running || waiting.length) return;
  const failed = element.querySelector("[data-keys] .is-error") !== null;
  for (const field of element.querySelectorAll("[data-endpoint-field]")) {
    const value = failed && refused[field.dataset.endpointField];
    if (field.type === "checkbox") field.checked = value;
    else field.value = value || "";
  }
  refused = null;
}

const useKey = (row) => send("keyed", { provider: row.dataset.provider, key: take(row.querySelector("[data-key]")) });
