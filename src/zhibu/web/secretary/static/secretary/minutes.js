// Saves minutes while they are written, and loses nothing: what the server has not acknowledged stays on this device.
// Without this script the page is a plain form with a button.
"use strict";

(function () {
  showLeftovers();
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
    const sent = new FormData(); // three bytes a character, where a form of the old kind takes nine
    sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    sent.set("name", state.name);
    sent.set("text", text);
    sent.set("based_on", state.base);
    sent.set("page", form.elements.page.value);
    return sent;
  }

  function isLong(text) {
    return text.length > Number(says.limit) && Array.from(plain(text)).length > Number(says.limit);
  }

  function save(state) {
    clearTimeout(state.timer);
    state.timer = null;
    if (state.isUnderWay || (state.saved !== null && plain(state.box.value) === plain(state.saved))) {
      return Promise.resolve();
    }
    const text = state.box.value;
    if (isLong(text)) {
      tell(state, says.saysLong.replace("%(length)s", Array.from(plain(text)).length.toLocaleString("en-US")));
      return Promise.resolve();
    }
    state.isUnderWay = true;
    tell(state, says.saysSaving);
    return fetch(says.save, { method: "POST", body: body(state, text), redirect: "manual" })
      .then(function (answer) {
        if (answer.type === "opaqueredirect") {
          throw new Refused(says.saysAgain, says.login); // the session is over
        }
        if (answer.status === 400) {
          throw new Refused(says.saysOld, location.href); // such as: the item is no longer on the agenda
        }
        if (answer.status === 403) {
          return renewed().then(function (isNew) {
            throw isNew ? new Refused(says.saysSaving) : new Refused(says.saysOld, location.href);
          });
        }
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
      .catch(function (error) {
        state.isUnderWay = false;
        state.tries += 1;
        const kept = state.isKept ? says.saysKept : says.saysUnkept;
        tell(state, error instanceof Refused ? error.text : kept, error instanceof Refused ? error.url : null);
        state.timer = setTimeout(save, Math.min(60000, 3000 * state.tries), state);
      });
  }

  function Refused(text, url) {
    this.text = text;
    this.url = url;
  }

  // Who logged in again in another tab has a new token; the page takes it from a fresh copy of itself.
  function renewed() {
    return fetch(location.pathname, { redirect: "manual" })
      .then((answer) => (answer.status === 200 ? answer.text() : ""))
      .then(function (html) {
        const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("#minutes [name=csrfmiddlewaretoken]");
        const isNew = fresh !== null && fresh.value !== form.elements.csrfmiddlewaretoken.value;
        if (isNew) {
          form.elements.csrfmiddlewaretoken.value = fresh.value;
        }
        return isNew;
      })
      .catch(() => false);
  }

  function acknowledge(state, text, answer) {
    if (answer.refusal) {
      tell(state, answer.refusal); // such as: too long. It stays on this device until it fits
      return;
    }
    state.saved = text;
    form.elements["was-" + state.name].value = answer.was; // the form need not send it once more
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
      name: box.dataset.name, box: box, base: box.dataset.version,
      saved: box.dataset.saved === "no" ? null : box.defaultValue, // what was sent with the page and refused is not saved
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
    } else if (before && state.saved !== null) {
      forget(state.name);
    }
    if (state.saved === null || plain(box.value) !== plain(state.saved)) {
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
      if (state.saved !== null && plain(state.box.value) !== plain(state.saved) && !isLong(state.box.value)) {
        try {
          fetch(says.save, { method: "POST", body: body(state, state.box.value), keepalive: true }).catch(function () {});
        } catch (_error) {
          // too long for a last message
        }
      }
    });
  });

  // --- Pasting --------------------------------------------------------------------------------------------------

  const LONG_PASTE = 20000; // characters from which on taking it back by a key would cost seconds

  function put(box, text) {
    if (text.length < LONG_PASTE && document.execCommand("insertText", false, text)) {
      return; // the browser can take it back
    }
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function note(box, text) {
    const line = form.querySelector('[data-state="' + box.dataset.name + '"]');
    let beside = line.nextElementSibling;
    if (!beside) {
      beside = document.createElement("p");
      beside.className = "save-state";
      beside.setAttribute("role", "status");
      line.after(beside);
    }
    beside.textContent = text;
  }

  const SKIPPED = /^(SCRIPT|STYLE|HEAD|TITLE|META|LINK|TEMPLATE|NOSCRIPT|IFRAME|OBJECT|IMG|PICTURE|SVG|CANVAS|VIDEO|AUDIO)$/i;
  const PICTURE = "img, picture, svg, canvas, video, object";
  const BLOCK = /^(P|DIV|LI|UL|OL|DL|DT|DD|TABLE|TR|H[1-6]|BLOCKQUOTE|SECTION|ARTICLE|HEADER|FOOTER|PRE|HR|CAPTION|FIGCAPTION)$/;

  // Source text breaks its lines anywhere: inside Chinese such a break is nothing, elsewhere a blank.
  function joined(text) {
    return text
      .replace(/\u00a0/g, " ")
      .replace(/([\u2e80-\uffef])[ \t]*[\r\n]+\s*(?=[\u2e80-\uffef])/g, "$1")
      .replace(/\s+/g, " ");
  }

  function walk(node, out) {
    if (node.nodeType === Node.TEXT_NODE) {
      out.push(joined(node.data));
    } else if (node.nodeType === Node.ELEMENT_NODE && !SKIPPED.test(node.tagName) && !/display:\s*none/i.test(node.getAttribute("data-style") || "")) {
      const isBlock = BLOCK.test(node.tagName);
      if (node.tagName === "BR") {
        out.push("\n");
      } else if (node.tagName === "TR") {
        out.push("\n", Array.from(node.cells, (cell) => linesIn(cell).replace(/\s*\n\s*/g, " ")).join("\t"), "\n");
      } else {
        out.push(isBlock ? "\n" : "");
        node.childNodes.forEach((child) => walk(child, out));
        out.push(isBlock ? "\n" : "");
      }
    }
  }

  function linesIn(node) {
    const out = [];
    node.childNodes.forEach((child) => walk(child, out));
    return out.join("").split("\n").map((line) => line.replace(/^ +| +$/g, "")).filter(Boolean).join("\n");
  }

  function count(text) {
    return text.split(/[\r\n]+/).filter((line) => line.trim()).length;
  }

  // Styles and handlers would not run in an inert document, but the page's policy would complain of each.
  function quiet(html) {
    return html
      .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
      .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'/])(style|on\w+)(\s*=)/gi, "$1data-$2$3"));
  }

  // Plain text stays what it is. The HTML beside it is read, by an inert parser, where it knows of lines that the plain
  // text has lost: paragraphs of some programs, and the rows of tables.
  function paste(event) {
    const pasted = event.clipboardData;
    if (!pasted) {
      return;
    }
    const box = event.target;
    const text = pasted.getData("text/plain");
    const inert = new DOMParser().parseFromString(quiet(pasted.getData("text/html")), "text/html");
    const lines = linesIn(inert.body);
    const hasTable = inert.querySelector("tr") !== null;
    const hasPicture = inert.querySelector(PICTURE) !== null || Array.from(pasted.files).some((file) => file.type.startsWith("image/"));
    if (hasTable ? text.indexOf("\t") < 0 : count(lines) > count(text)) {
      event.preventDefault();
      put(box, lines);
    } else if (hasPicture && !text.trim()) {
      event.preventDefault();
    }
    const told = [hasTable ? says.saysTables : "", hasPicture ? says.saysPicture : ""].filter(Boolean);
    if (told.length) {
      note(box, told.join(" "));
    }
  }

  // --- Texts that this device kept and no page has a place for ----------------------------------------------------

  // After the filing, or when an item has left the agenda: shown, to be copied or thrown away, never dropped unseen.
  function showLeftovers() {
    const place = document.getElementById("leftovers");
    if (!place) {
      return;
    }
    const article = document.querySelector("article.register");
    const record = article ? article.textContent.replace(/\s+/g, "") : null;
    leftKeys(place.dataset.keep).forEach(function (key) {
      let text;
      try {
        text = JSON.parse(localStorage.getItem(key)).text;
      } catch (_error) {
        return;
      }
      if (record !== null && text.split("\n").every((line) => record.includes(said(line)))) {
        localStorage.removeItem(key); // it stands in the record
        return;
      }
      place.hidden = false;
      const kept = document.createElement("textarea");
      kept.className = "form-control";
      kept.readOnly = true;
      kept.rows = 4;
      kept.value = text;
      kept.setAttribute("aria-label", place.dataset.says);
      const away = document.createElement("button");
      away.type = "button";
      away.className = "btn btn-outline-secondary";
      away.textContent = place.dataset.away;
      away.addEventListener("click", function () {
        localStorage.removeItem(key);
        kept.remove();
        away.remove();
        place.hidden = !place.querySelector("textarea");
      });
      place.append(kept, away);
    });
  }

  function said(line) {
    return line.replace(/^[^：:]{0,60}[：:]/, "").replace(/\s+/g, "");
  }

  function leftKeys(prefix) {
    const found = [];
    try {
      for (let place = 0; place < localStorage.length; place += 1) {
        const key = localStorage.key(place);
        const name = key.slice(prefix.length);
        if (key.startsWith(prefix) && !document.querySelector('textarea[data-name="' + CSS.escape(name) + '"]')) {
          found.push(key);
        }
      }
    } catch (_error) {
      // storage is off: nothing was kept
    }
    return found;
  }
})();
