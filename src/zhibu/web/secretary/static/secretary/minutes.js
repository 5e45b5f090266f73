// Saves minutes while they are written, and loses nothing: what the server has not acknowledged stays on this device.
// Without this script the page is a plain form with a button.
"use strict";

(function () {
  const form = document.getElementById("minutes");
  if (!form) {
    return;
  }
  const says = form.dataset;
  const PAUSE = 1500; // milliseconds of not typing after which a text is sent
  const EVERY = 10000; // and at least so often while one types on
  const boxes = Array.from(form.querySelectorAll("textarea[data-name]"));
  const states = new Map();

  // --- What this device keeps -----------------------------------------------------------------------------------

  function kept(name) {
    try {
      return JSON.parse(localStorage.getItem(says.keep + name));
    } catch (_error) {
      return null; // storage is off, full or of an older form
    }
  }

  function keep(state) {
    try {
      localStorage.setItem(says.keep + state.name, JSON.stringify({ text: state.box.value, base: state.base }));
      return true;
    } catch (_error) {
      return false;
    }
  }

  function forget(name) {
    try {
      localStorage.removeItem(says.keep + name);
    } catch (_error) {
      // nothing was kept, so there is nothing to forget
    }
  }

  // The server drops blanks at the ends of lines and empty lines around a text; compared is what it would make of both.
  function plain(text) {
    return text.replace(/\r\n?/g, "\n").split("\n").map((line) => line.replace(/\s+$/, "")).join("\n").replace(/^\n+|\n+$/g, "");
  }

  // --- What the page says ---------------------------------------------------------------------------------------

  function tell(state, text, url) {
    const line = form.querySelector('[data-state="' + state.name + '"]');
    line.textContent = "";
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = text;
      line.appendChild(link);
    } else {
      line.textContent = text;
    }
    // One line for readers of the screen; the same words again are not said again.
    const whole = document.getElementById("save-state");
    if (whole.textContent !== text) {
      whole.textContent = text;
    }
  }

  // --- Saving ---------------------------------------------------------------------------------------------------

  function body(state, text) {
    const sent = new URLSearchParams();
    sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    sent.set("name", state.name);
    sent.set("text", text);
    sent.set("based_on", state.base);
    return sent;
  }

  function save(state) {
    clearTimeout(state.timer);
    state.timer = null;
    if (state.isUnderWay || plain(state.box.value) === plain(state.saved)) {
      return Promise.resolve();
    }
    const text = state.box.value;
    state.isUnderWay = true;
    tell(state, says.saysSaving);
    return fetch(says.save, { method: "POST", body: body(state, text), redirect: "error" })
      .then(function (answer) {
        if (answer.status !== 200 && answer.status !== 409) {
          throw new Error("status " + answer.status);
        }
        return answer.json();
      })
      .then(function (answer) {
        state.isUnderWay = false;
        state.tries = 0;
        acknowledge(state, text, answer);
      })
      .catch(function () {
        state.isUnderWay = false;
        state.tries += 1;
        tell(state, state.isKept ? says.saysKept : says.saysUnkept);
        state.timer = setTimeout(save, Math.min(60000, 3000 * state.tries), state);
      });
  }

  function acknowledge(state, text, answer) {
    if (answer.refusal) {
      tell(state, answer.refusal); // such as: too long. It stays on this device until it fits
      return;
    }
    state.saved = text;
    if (answer.aside) {
      tell(state, answer.says, answer.aside); // both versions are on the server now
    } else {
      setBase(state, answer.version);
      tell(state, answer.says);
    }
    if (plain(state.box.value) === plain(text)) {
      forget(state.name);
    } else {
      state.isKept = keep(state); // somebody typed on while it was sent
      later(state, PAUSE);
    }
  }

  function setBase(state, version) {
    state.base = String(version);
    form.elements["base-" + state.name].value = state.base;
  }

  function later(state, pause) {
    const now = Date.now();
    state.since = state.timer ? state.since : now;
    clearTimeout(state.timer);
    const rest = Math.max(0, state.since + EVERY - now);
    state.timer = setTimeout(save, Math.min(pause, rest), state);
  }

  // --- Each field -----------------------------------------------------------------------------------------------

  function grow(box) {
    box.style.height = "auto";
    box.style.height = Math.min(box.scrollHeight + 4, 640) + "px";
  }

  boxes.forEach(function (box) {
    const state = {
      name: box.dataset.name, box: box, base: box.dataset.version, saved: box.defaultValue,
      timer: null, since: 0, tries: 0, isUnderWay: false, isKept: true,
    };
    states.set(box, state);
    const before = kept(state.name);
    if (before && plain(before.text) !== plain(box.defaultValue)) {
      // Saved against the version it was written on: where the server has a newer one, both are kept there.
      box.value = before.text;
      setBase(state, before.base);
      tell(state, says.saysRestored);
      later(state, 0);
    } else if (before) {
      forget(state.name);
    }
    if (plain(box.value) !== plain(state.saved)) {
      later(state, 0); // the browser itself had put a text back
    }
    box.addEventListener("input", function () {
      state.isKept = keep(state);
      later(state, PAUSE);
      grow(box);
    });
    box.addEventListener("blur", function () {
      save(state);
    });
    box.addEventListener("paste", paste);
    grow(box);
  });

  window.addEventListener("online", function () {
    states.forEach(save);
  });

  // The page goes: what fits into a last message is sent; the rest is kept here.
  window.addEventListener("pagehide", function () {
    states.forEach(function (state) {
      if (plain(state.box.value) !== plain(state.saved) && !form.dataset.underWay) {
        try {
          fetch(says.save, { method: "POST", body: body(state, state.box.value), keepalive: true }).catch(function () {});
        } catch (_error) {
          // too long for a last message
        }
      }
    });
  });

  // --- Pasting --------------------------------------------------------------------------------------------------

  function put(box, text) {
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // A table becomes lines with tabs. The HTML is read by an inert parser and only its text is used.
  function linesOf(html) {
    const inert = new DOMParser().parseFromString(html, "text/html");
    inert.querySelectorAll("tr").forEach(function (row) {
      const cells = Array.from(row.querySelectorAll("td, th")).map((cell) => cell.textContent.replace(/\s+/g, " ").trim());
      row.replaceWith(inert.createTextNode(cells.join("\t") + "\n"));
    });
    inert.querySelectorAll("p, div, li, br, h1, h2, h3, h4").forEach((block) => block.append("\n"));
    return inert.body.textContent.replace(/\u00a0/g, " ").replace(/\n{3,}/g, "\n\n").trim();
  }

  function paste(event) {
    const pasted = event.clipboardData;
    if (!pasted) {
      return;
    }
    const text = pasted.getData("text/plain");
    const html = pasted.getData("text/html");
    const hasPicture = Array.from(pasted.files).some((file) => file.type.startsWith("image/"));
    if (hasPicture && !text.trim()) {
      event.preventDefault();
      tell(states.get(event.target), says.saysPicture);
    } else if (/<table/i.test(html) && text.indexOf("\t") < 0) {
      event.preventDefault();
      put(event.target, linesOf(html));
    }
  }
})();
