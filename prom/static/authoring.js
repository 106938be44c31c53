/* What the authors' pages gain from a script: a preview that follows what is typed, and a button that prints. */
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const preview = document.querySelector("form[data-preview]");
if (preview) {
  const AFTER = 350;
  let waiting = null;
  let asking = null;

  /* The server works everything out; nothing is stored, so asking again does no harm. */
  const look = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const typed = new FormData(preview);
    typed.set("then", "look");
    try {
      const answer = await fetch(preview.action, { method: "POST", body: typed, signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("beside");
      if (!fresh) { location.reload(); return; }
      const box = document.getElementById("beside");
      const open = document.activeElement && box.contains(document.activeElement) ? document.activeElement.value : null;
      box.replaceChildren(...fresh.childNodes);
      const same = open && [...box.querySelectorAll("button[name=go]")].find((each) => each.value === open);
      if (same) same.focus({ preventScroll: true });
      const said = box.querySelector("[data-said]");
      const status = document.getElementById("beside-said");
      if (said && status.textContent !== said.dataset.said) status.textContent = said.dataset.said;
    } catch (fault) {
      if (fault.name !== "AbortError" && !(fault instanceof TypeError)) throw fault;
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, AFTER);
  };
  preview.addEventListener("input", soon);
  preview.addEventListener("change", soon);
  /* What was chosen before this script ran, or what the browser put back, has told nobody. */
  const isChanged = (each) =>
    each.type === "radio" || each.type === "checkbox" ? each.checked !== each.defaultChecked : each.value !== each.defaultValue;
  if ([...preview.querySelectorAll("input, textarea")].some(isChanged)) soon();
}
