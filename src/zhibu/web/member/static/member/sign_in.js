// The sign-in button on a bad network. The same try (the same nonce) is sent again until it is on record: after 503,
// after a broken line, and when the network comes back. What is not received is said at once. Nothing is stored.
"use strict";

(function () {
  const form = document.querySelector("form[data-sign-in]");
  if (!form || !window.fetch) {
    return;
  }
  const button = form.querySelector("button");
  const says = {};
  document.querySelectorAll("[data-says]").forEach(function (text) {
    says[text.dataset.says] = text;
  });
  const PATIENCE = 15000;
  let waiting = null;

  function say(what) {
    Object.keys(says).forEach(function (name) {
      says[name].hidden = name !== what;
    });
  }

  function again(seconds) {
    clearTimeout(waiting);
    waiting = setTimeout(send, seconds * 1000);
  }

  // The answer is a page of ours: its middle is put into this one.
  function show(address, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    document.title = page.title;
    history.replaceState(null, "", address);
    document.getElementById("main").replaceWith(page.getElementById("main"));
    document.getElementById("main").focus();
  }

  function send() {
    clearTimeout(waiting);
    button.disabled = true;
    say("sending");
    const stop = new AbortController();
    const tired = setTimeout(function () {
      stop.abort();
    }, PATIENCE);
    fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      credentials: "same-origin",
      signal: stop.signal,
    })
      .then(function (answer) {
        if (answer.status === 503) {
          say("busy");
          again(Number(answer.headers.get("Retry-After")) || 5);
          return undefined;
        }
        return answer.text().then(function (text) {
          show(answer.url, text);
        });
      })
      .catch(function () {
        button.disabled = false;
        say("lost");
        again(10);
      })
      .finally(function () {
        clearTimeout(tired);
      });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    send();
  });
  window.addEventListener("online", function () {
    if (waiting) {
      send();
    }
  });
})();
