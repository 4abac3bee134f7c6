// Two versions of a router side by side.
let versionsThere = false;

async function openVersions() {
  if (versionsThere) return;
  const answer = await ask("routers_versions");
  if (answer.error) {
    at("versions").replaceChildren(banner(`${answer.error.what} ${answer.error.mend}`, true));
    return;
  }
  versionsThere = true;
  at("versions").innerHTML = answer.html;
  const some = Boolean(at("of"));
  at("prompts-field").hidden = at("compare-buttons").hidden = !some;
  if (!some) return;
  const wanted = fields.get("router");
  if ([...at("of").options].some((option) => option.value === wanted)) at("of").value = wanted;
  narrowVersions();
}

function narrowVersions() {
  for (const side of all("[data-side]")) {
    for (const option of side.options) option.hidden = option.disabled = option.dataset.ofRouter !== at("of").value;
    const offered = [...side.options].filter((option) => !option.disabled);
    (side.dataset.side === "left" ? offered[0] : offered.at(-1)).selected = true; // as it ships, and the latest
  }
}

async function compareVersions() {
  const button = at("compare");
  if (button.disabled) return;
  const [left, right] = all("[data-side]").map((side) => side.value);
  button.disabled = true;
  button.textContent = "Comparing …";
  const answer = await ask("routers_compared", { router: at("of").value, left, right, prompts: at("prompts").value });
  button.disabled = false;
  button.textContent = "Compare";
  complain(answer.error);
  if (answer.error) return;
  at("compared").innerHTML = answer.html;
  bring(at("compared").firstElementChild);
}
