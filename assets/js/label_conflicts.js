// The list of conflicts: a click settles one. Its id is made once, so that a second click is the same decision.
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

element.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-settle]");
  if (!button || button.disabled) return;
  const dispute = button.closest("[data-dispute]");
  for (const other of dispute.querySelectorAll("[data-settle]")) other.disabled = true; // until Python has answered
  const comment = dispute.querySelector("[data-why]").value;
  trigger("settled", { item: dispute.dataset.dispute, choice: button.dataset.settle, comment, id: newId() });
});
document.addEventListener("rp:label-refused", () => {
  for (const button of element.querySelectorAll("[data-settle]")) button.disabled = false;
});
