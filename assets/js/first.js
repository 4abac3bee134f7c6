// The first view stands over the page while Gradio builds it, and goes as soon as the same words are there to be used.
(() => {
  const LATE_MS = 15_000;
  const first = document.getElementById("rp-first");

  function leave() {
    const focused = first.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    first.remove();
    if (focused) document.querySelector(`#rp-header a[href="${focused}"]`)?.focus();
  }

  const built = new MutationObserver(() => {
    if (!document.querySelector("#rp-bm-answer h2")) return;
    built.disconnect();
    requestAnimationFrame(leave);
  });
  setTimeout(() => first.querySelector("[data-late]").removeAttribute("hidden"), LATE_MS);
  built.observe(document.body, { childList: true, subtree: true });
})();
