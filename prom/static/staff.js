/* What the staff's pages gain from a script. Everything works without it. */
"use strict";

document.documentElement.classList.add("js");

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/* Lists and boxes that choose something send their form at once. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

/* A form is sent once, however often its button is pressed. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) delete form.dataset.sent;
});

/* What has just happened, or what is wrong, is read first. */
const first = document.querySelector("[data-focus]");
if (first) first.focus();

/* The newest reports stand to the right. */
for (const box of document.querySelectorAll("[data-scroll-end]")) box.scrollLeft = box.scrollWidth;

/* Questions that are asked only after certain answers. The server leaves out what is not asked, whatever is shown here. */
const report = document.getElementById("report");
if (report) {
  const questions = [...report.querySelectorAll("[data-when]")];
  const given = (name) => [...report.querySelectorAll(`[name="${name}"]`)]
    .filter((field) => !field.closest(".question[hidden]"))
    .filter((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value.trim()))
    .map((field) => field.value.trim());
  const number = (text) => Number(text.replace(",", "."));
  const compare = {
    "=": (value, answer) => value === answer || number(value) === number(answer),
    "!=": (value, answer) => value !== answer,
    ">": (value, answer) => number(value) > number(answer),
    "<": (value, answer) => number(value) < number(answer),
    ">=": (value, answer) => number(value) >= number(answer),
    "<=": (value, answer) => number(value) <= number(answer),
  };
  const holds = (rule) => {
    const values = given(rule.field);
    if (rule.operator === "exists") return (values.length > 0) === (rule.answer === "true");
    const fits = (value) => compare[rule.operator](value, rule.answer);
    return rule.operator === "!=" ? values.length > 0 && values.every(fits) : values.some(fits);
  };
  const show = () => {
    for (const question of questions) {
      const when = JSON.parse(question.dataset.when);
      question.hidden = !(when.any ? when.rules.some(holds) : when.rules.every(holds));
    }
  };
  report.addEventListener("change", show);
  report.addEventListener("input", show);
  show();
}

/* Keys. They can be switched off, for those whose tools send letters. */
const storedKeys = () => { try { return localStorage.getItem("prom-keys"); } catch { return null; } };
let keysOn = storedKeys() !== "off";
const prepareKeys = () => {
  const button = document.getElementById("keys-switch");
  const legend = document.getElementById("keys");
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(keysOn));
  legend.toggleAttribute("data-off", !keysOn);
  button.addEventListener("click", () => {
    keysOn = !keysOn;
    try { localStorage.setItem("prom-keys", keysOn ? "on" : "off"); } catch { /* remembered for this page only */ }
    button.setAttribute("aria-pressed", String(keysOn));
    legend.toggleAttribute("data-off", !keysOn);
  });
};
const onKey = (acts) => document.addEventListener("keydown", (event) => {
  if (!keysOn || event.altKey || event.ctrlKey || event.metaKey || !Object.hasOwn(acts, event.key)) return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  acts[event.key]();
  event.preventDefault();
});
prepareKeys();

/* A patient's page: take her, write what came of it, go back to the list. */
const handle = document.querySelector("[data-handle]");
if (handle) {
  const take = handle.querySelector("[data-take]");
  const close = handle.querySelector("#outcome");
  /* What is done as a rule somewhere is taken to be done there until she says otherwise. */
  const place = handle.querySelector("#place");
  if (close) close.addEventListener("change", () => {
    const usual = close.selectedOptions[0].dataset.place;
    place.value = usual || "";
    place.closest("[data-place-field]").hidden = Boolean(close.value) && !usual;
  });
  const resolve = () => { const field = close || take; if (field) field.focus(); };
  onKey({
    a: () => { if (take) take.form.requestSubmit(take); },
    r: resolve,
    l: () => location.assign(handle.dataset.list),
  });
  if (location.hash === "#resolve" && !first) resolve();
}

/* The worklist. */
if (document.getElementById("worklist")) {
  const language = document.documentElement.lang;
  let failing = false;
  let busy = false;
  const started = Date.now();
  let updated = null;

  const list = () => document.getElementById("worklist");
  const rows = () => [...document.querySelectorAll(".row[data-patient]")];

  /* Waiting times go on between two answers of the server, in its own words. */
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const waited = (seconds) => {
    const [unit, length] = units.find(([, size]) => seconds >= size * 1.5) || units[2];
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(Math.max(Math.round(seconds / length), 1));
  };
  /* The server's clock counts; the ward's may be wrong. */
  let ahead = 0;
  const setClock = () => { ahead = Number(list().dataset.now) - Date.now() / 1000; };
  const tick = () => {
    const now = Date.now() / 1000 + ahead;
    for (const clock of document.querySelectorAll("[data-clock]")) {
      clock.textContent = waited(now - Number(clock.parentElement.dataset.since));
    }
    for (const bar of document.querySelectorAll(".share[data-due]")) {
      const since = Number(bar.dataset.since);
      const used = Math.min(Math.max((now - since) / (Number(bar.dataset.due) - since), 0), 1);
      bar.querySelector(".share-used").setAttribute("width", String(Math.round(used * 100)));
    }
  };

  /* Where the reader is: the patient and the control, the opened reasons, how far she has scrolled. */
  const place = () => {
    const focus = document.activeElement;
    const row = focus && focus.closest(".row[data-patient]");
    const tag = focus && focus.tagName.toLowerCase();
    return {
      patient: row && row.dataset.patient,
      index: row ? rows().indexOf(row) : -1,
      tag,
      id: !row && focus && list().contains(focus) ? focus.id : null,
      opened: rows().filter((each) => each.querySelector("details[open]")).map((each) => each.dataset.patient),
    };
  };
  const restore = (before) => {
    for (const row of rows()) {
      const details = row.querySelector("details");
      if (details && before.opened.includes(row.dataset.patient)) details.open = true;
    }
    if (before.patient) {
      const same = rows().find((row) => row.dataset.patient === before.patient) || rows()[Math.min(before.index, rows().length - 1)];
      const target = same && (same.querySelector(before.tag) || same.querySelector("[data-open]"));
      if (target) target.focus({ preventScroll: true });
    } else if (before.id && document.getElementById(before.id)) {
      document.getElementById(before.id).focus({ preventScroll: true });
    }
  };
  const replace = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const next = fresh.getElementById("worklist");
    if (!next) { location.reload(); return; }
    const before = place();
    list().replaceWith(next);
    document.title = fresh.title;
    document.getElementById("changed").textContent = next.dataset.changed;
    prepareKeys();
    restore(before);
    setClock();
    tick();
  };

  const say = () => {
    const { updated: words, lost, zone } = list().dataset;
    const shown = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone };
    const time = new Date((updated || started) + ahead * 1000).toLocaleTimeString(language, shown);
    document.getElementById("updated").textContent = `${words} ${time}`;
    const box = document.getElementById("lost");
    if (failing && box.hidden) box.textContent = `${lost} ${time}.`;
    box.hidden = !failing;
  };
  const refresh = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(location.href, {
        headers: { "If-None-Match": `"${list().dataset.mark}"`, "X-Prom-Refresh": "1" }, credentials: "same-origin", cache: "no-store",
      });
      if (answer.redirected) { location.reload(); return; }
      if (answer.status === 200) replace(await answer.text());
      failing = answer.status !== 200 && answer.status !== 304;
      if (!failing) updated = Date.now();
    } catch {
      failing = true;
    } finally {
      busy = false;
    }
    say();
  };

  /* Acknowledging leaves the reader where she is. A refusal is shown by sending the form the ordinary way: it changes nothing. */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-acknowledge]")) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    busy = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      if (!answer.ok || !new URL(answer.url).pathname.startsWith(location.pathname)) throw new Error("refused");
      replace(await answer.text());
      updated = Date.now();
      say();
    } catch {
      form.submit();
    } finally {
      busy = false;
    }
  });

  const here = () => document.activeElement.closest(".row[data-patient]");
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const place = all.indexOf(here());
    const next = place < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + by, 0), all.length - 1);
    all[next].querySelector("[data-open]").focus();
  };
  onKey({
    j: () => step(1),
    k: () => step(-1),
    a: () => {
      const form = here() && here().querySelector("[data-acknowledge]");
      if (form) form.requestSubmit();
    },
    r: () => { if (here()) location.assign(`${here().querySelector("[data-open]").href}#resolve`); },
  });

  setClock();
  tick();
  setInterval(tick, 20000);
  setInterval(refresh, Number(list().dataset.every) * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}
