// What the patient's pages need a script for: the link's token, and a save that outlives a lost network.
// Nothing is stored in the browser but the token in this very history entry, so that a reloaded landing page still works.
"use strict";

(function () {
  const field = document.querySelector("input[data-token]");

  function takeToken() {
    const state = history.state;
    const token = location.hash.slice(1) || (state && state.token) || "";
    field.value = token;
    if (location.hash) {
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

  if (window.fetch && window.AbortController) {
    for (const form of document.querySelectorAll("form[data-keep]")) {
      keepTrying(form);
    }
  }
})();
