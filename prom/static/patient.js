// What the patient's pages need a script for: the link's token, a save that outlives a lost network, and a slider.
// Nothing is stored in the browser but the token in this very history entry, so that a reloaded landing page still works.
"use strict";

(function () {
  const field = document.querySelector("input[data-token]");

  function takeToken() {
    const state = history.state;
    const token = location.hash.slice(1) || (state && state.token) || field.value;
    field.value = token;
    if (location.hash && !field.hasAttribute("data-stays")) {
      history.replaceState({ token: token }, "", location.pathname + location.search);
    }
  }

  function keepToken(event) {
    event.currentTarget.hash = field.value;
  }

  if (field) {
    takeToken();
    document.querySelector("[data-no-script]").hidden = true;
    // A second message opened in the same tab changes nothing but the fragment: the page is not loaded again.
    window.addEventListener("hashchange", takeToken);
    for (const link of document.querySelectorAll("a[data-keeps-token]")) {
      link.addEventListener("click", keepToken);
    }
  }

  const FIRST_WAIT = 3000;
  const LONGEST_WAIT = 30000;
  const PATIENCE = 20000;
  const SLOW = 800;

  function keepTrying(form) {
    let button = null;
    let busy = false;
    let timer = null;
    let wait = FIRST_WAIT;

    function say(what) {
      for (const line of form.querySelectorAll("[data-network]")) {
        line.hidden = line.dataset.network !== what;
      }
    }

    function contents() {
      const given = new URLSearchParams(new FormData(form));
      if (button && button.name) {
        given.set(button.name, button.value);
      }
      return given;
    }

    // The browser's own way: whatever the answer is, it is shown as a page.
    function sendAsPage() {
      if (button && button.name) {
        const hidden = document.createElement("input");
        hidden.type = "hidden";
        hidden.name = button.name;
        hidden.value = button.value;
        form.append(hidden);
      }
      HTMLFormElement.prototype.submit.call(form);
    }

    function tryLater() {
      busy = false;
      say("waiting");
      clearTimeout(timer);
      timer = setTimeout(send, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }

    function goOn(answer) {
      if (answer.status === 502 || answer.status === 503 || answer.status === 504) {
        tryLater();
        return null;
      }
      if (!answer.ok || answer.redirected) {
        sendAsPage();
        return null;
      }
      return answer.json().then(function (told) {
        location.assign(told.next);
      });
    }

    function send() {
      if (busy) {
        return;
      }
      busy = true;
      clearTimeout(timer);
      const slow = setTimeout(function () { say("saving"); }, SLOW);
      const given = new AbortController();
      const limit = setTimeout(function () { given.abort(); }, PATIENCE);
      fetch(form.action, {
        method: "POST",
        body: contents(),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        signal: given.signal,
      }).then(goOn).catch(tryLater).then(function () {
        clearTimeout(slow);
        clearTimeout(limit);
      });
    }

    form.addEventListener("click", function (event) {
      const pressed = event.target.closest("button");
      if (pressed) {
        button = pressed;
      }
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      wait = FIRST_WAIT;
      send();
    });
    window.addEventListener("online", function () {
      if (timer !== null) {
        send();
      }
    });
    // Back from the next page, out of the browser's own memory: ready again.
    window.addEventListener("pageshow", function (event) {
      if (event.persisted) {
        busy = false;
        say("");
      }
    });
  }

  // A slider that stands nowhere until it is moved: the number beside it is what is sent, and that is empty till then.
  function makeSlider(box) {
    const number = box.querySelector("[data-number]");
    const slider = document.createElement("input");
    const label = document.querySelector("label[for='" + number.id + "']");

    function plain(text) {
      return text.trim().replace(",", ".");
    }

    function show() {
      const given = plain(number.value);
      const touched = given !== "" && isFinite(Number(given));
      slider.classList.toggle("untouched", !touched);
      slider.setAttribute("aria-valuetext", touched ? number.value.trim() : box.dataset.untouched);
      if (touched) {
        slider.value = given;
      }
    }

    function take() {
      number.value = number.lang === "en" ? slider.value : slider.value.replace(".", ",");
      show();
    }

    slider.type = "range";
    slider.min = box.dataset.least;
    slider.max = box.dataset.most;
    slider.step = box.dataset.step;
    slider.id = number.id + "-slider";
    slider.autocomplete = "off";
    slider.setAttribute("aria-label", label.textContent.trim());
    if (number.getAttribute("aria-describedby")) {
      slider.setAttribute("aria-describedby", number.getAttribute("aria-describedby"));
    }
    number.lang = document.documentElement.lang;
    slider.addEventListener("input", take);
    // A press where the thumb stands already changes nothing, and no "input" comes: it is a choice all the same.
    slider.addEventListener("pointerup", take);
    slider.addEventListener("keydown", function (event) {
      if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"].includes(event.key)) {
        setTimeout(take, 0);
      }
    });
    number.addEventListener("input", show);
    box.insertBefore(slider, box.querySelector(".slider-ends").nextSibling);
    box.querySelector("[data-without-script]").textContent = box.dataset.how;
    show();
    window.addEventListener("pageshow", show);
  }

  for (const box of document.querySelectorAll("[data-slider]")) {
    makeSlider(box);
  }

  // "None of these" and the others put each other out; whoever writes words of her own has chosen them.
  document.addEventListener("change", function (event) {
    const chosen = event.target;
    if (chosen.type !== "checkbox" || !chosen.checked) {
      return;
    }
    for (const other of chosen.form.querySelectorAll("input[type=checkbox]")) {
      const excludes = chosen.hasAttribute("data-alone") || other.hasAttribute("data-alone");
      if (other.name === chosen.name && other !== chosen && excludes) {
        other.checked = false;
      }
    }
  });
  document.addEventListener("input", function (event) {
    const own = document.getElementById(event.target.getAttribute("data-own-words") || "");
    if (own) {
      own.checked = event.target.value.trim() !== "";
    }
  });
  // An option of the list in place of one's own words takes those away, or neither could be sent.
  document.addEventListener("change", function (event) {
    const chosen = event.target;
    if (chosen.type !== "radio" || chosen.hasAttribute("data-own")) {
      return;
    }
    for (const line of chosen.form.querySelectorAll("[data-own-words]")) {
      if (line.getAttribute("data-own-words") === chosen.name + "-own") {
        line.value = "";
      }
    }
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  }

  if (window.fetch && window.AbortController) {
    for (const form of document.querySelectorAll("form[data-keep]")) {
      keepTrying(form);
    }
  }
})();
