// Learning without a network: what is due is kept, what is answered or declared waits on this phone until it is
// received, and the page says which. Nothing asks to be installed; when or how long somebody reads is noted nowhere.
"use strict";

(function () {
  const kept = window.kept;
  const owner = document.querySelector("[data-account]");
  if (!kept || !window.indexedDB || !owner) {
    return;
  }
  const account = owner.dataset.account;
  const LIST = "/learn/kept/";
  const REST = 10 * 60 * 1000;
  const keepsPages = "serviceWorker" in navigator && Boolean(window.caches);
  const area = document.querySelector("[data-kept]");
  const form = document.querySelector("form[data-work]");
  const here = location.pathname;
  const list = document.querySelector("[data-waiting]");
  let unkept = null; // what the phone had no room for

  function word(name) {
    const words = area && area.querySelector("template[data-words]");
    const found = words && words.content.querySelector('[data-word="' + name + '"]');
    return found ? found.textContent : "";
  }

  function when(text) {
    return new Date(text).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }

  function say(text, kind) {
    if (!area) {
      return;
    }
    const line = area.querySelector("[data-said]");
    area.hidden = false;
    line.textContent = text;
    line.hidden = !text;
    line.className = "note" + (kind ? " note-" + kind : "");
  }

  function offer(name, isOffered) {
    const button = area && area.querySelector('[data-do="' + name + '"]');
    if (button) {
      button.hidden = !isOffered;
    }
  }

  function reason(item) {
    return item.because || (item.status === 404 ? word("gone") : "");
  }

  // --- Work on this page ----------------------------------------------------------------------------------------

  const target = form && new URL(form.getAttribute("action") || here, location.href).pathname;
  let lastTry = null;

  function pairsOf() {
    return Array.from(new FormData(form)).filter(function (pair) {
      return typeof pair[1] === "string" && pair[0] !== "csrfmiddlewaretoken" && pair[0] !== "nonce";
    });
  }

  // What was chosen stands in the form again.
  function fill(pairs) {
    Array.from(form.elements).forEach(function (field) {
      const given = pairs.filter(function (pair) {
        return pair[0] === field.name;
      });
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = given.some(function (pair) {
          return pair[1] === field.value;
        });
      } else if (field.type !== "hidden" && field.type !== "submit" && given.length) {
        field.value = given[0][1];
      }
    });
  }

  async function ownWork() {
    const items = await kept.workOf(account);
    return items.reverse().find(function (item) {
      return item.page === here;
    });
  }

  async function showWork() {
    if (!area || list || unkept) {
      return;
    }
    const item = await ownWork();
    const waits = Boolean(item) && kept.isUnsent(item);
    area.querySelector("[data-waits]").hidden = !waits;
    offer("send", waits && item.state === "kept");
    if (!item) {
      say("");
    } else if (item.state === "kept") {
      say(word(lastTry === "door" || lastTry === "busy" ? lastTry : "kept"), "warning");
    } else if (item.state === "refused") {
      say(word("refused") + " " + reason(item), "warning");
    } else {
      const isUnit = item.page.startsWith("/learn/units/"); // of answers the last count, of declarations the first
      say(word(item.state === "already" && isUnit ? "again" : item.state) + " " + when(item.at), "success");
    }
  }

  async function submit() {
    const pairs = pairsOf();
    lastTry = null;
    unkept = null;
    let item;
    say(word("sending"));
    try {
      item = await kept.keepWork(account, target, form.dataset.work, here, pairs);
    } catch (error) {
      await sendUnkept(pairs);
      return;
    }
    await window.keptSend();
    const now = await ownWork();
    if (now && now.id === item.id && !kept.isUnsent(now)) {
      location.reload(); // with what is right, and what comes next
    } else if (now && keepsPages) {
      const worker = await navigator.serviceWorker.getRegistration();
      if (worker && worker.sync) {
        worker.sync.register("work").catch(function () {}); // forbidden: it is sent from an open page
      }
    }
  }

  // No room on the phone: it is sent from the page, and where that fails the page says so and keeps trying.
  async function sendUnkept(pairs) {
    unkept = unkept || kept.made(account, target, form.dataset.work, here, pairs);
    const told = await kept.sendUnkept(unkept);
    if (told.state === "received" || told.state === "already") {
      unkept = null;
      location.reload();
    } else if (told.state === "refused") {
      unkept = null;
      say(word("refused") + " " + reason(told), "warning");
    } else {
      say(word("full"), "warning");
    }
  }

  if (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      submit();
    });
    window.addEventListener("online", function () {
      if (unkept) {
        sendUnkept();
      }
    });
  }

  // --- This page, to be read ------------------------------------------------------------------------------------

  async function showPage() {
    if (!area || list) {
      return;
    }
    const about = area.querySelector("[data-about]");
    area.hidden = false;
    if (!keepsPages) {
      about.textContent = word("no_worker");
      return;
    }
    const row = (await kept.pagesOf(account)).find(function (each) {
      return each.url === here;
    });
    about.textContent = row ? word("readable") : "";
    const hasMore = Boolean(document.querySelector("audio[data-file], video[data-file], a[data-file]"));
    offer("keep", !row || (hasMore && !row.recordings));
    offer("drop-page", Boolean(row));
  }

  async function keepThis() {
    try {
      await register();
      const row = (await kept.pagesOf(account)).find(function (each) {
        return each.url === here;
      });
      await kept.keepPage(account, here, Object.assign({}, row, { recordings: true }));
      await showPage();
    } catch (error) {
      say(isFull(error) ? word("too_much") : word("busy"), "warning");
    }
  }

  // --- What is due ----------------------------------------------------------------------------------------------

  function isFull(error) {
    return Boolean(error) && (error.name === "TooMuch" || error.name === "QuotaExceededError");
  }

  function register() {
    return navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  }

  // The list first, then each page of it that is not here yet, or has another version.
  async function keepDue(isAsked) {
    if (!keepsPages) {
      return;
    }
    if (!(await register())) {
      return; // forbidden: what is kept could not be shown
    }
    const looked = await kept.fact("looked");
    if (!isAsked && looked && Math.abs(Date.now() - looked) < REST) {
      return;
    }
    await kept.keepHouse();
    const page = await kept.keepPage(account, LIST, { due: true });
    const due = Array.from(page.querySelectorAll("[data-keep]"));
    const rows = await kept.pagesOf(account);
    let isOut = false;
    for (const line of due) {
      const url = line.dataset.keep;
      const row = rows.find(function (each) {
        return each.url === url;
      });
      if (row && row.version === line.dataset.version) {
        await kept.setDue(row, true);
        continue;
      }
      try {
        await kept.keepPage(account, url, {
          version: line.dataset.version,
          due: true,
          recordings: Boolean(row && row.recordings),
        });
      } catch (error) {
        isOut = isOut || isFull(error);
      }
    }
    const named = due.map(function (line) {
      return line.dataset.keep;
    });
    for (const row of rows) {
      if (row.url !== LIST && !named.includes(row.url)) {
        await kept.setDue(row, false);
      }
    }
    await kept.put("facts", { name: "looked", value: Date.now() });
    await kept.clearHouse(account);
    if (isOut && list) {
      say(word("too_much"), "warning");
    }
  }

  // --- The list -------------------------------------------------------------------------------------------------

  function chips(line, names) {
    line.querySelectorAll("[data-chip]").forEach(function (chip) {
      chip.hidden = !names.includes(chip.dataset.chip);
    });
  }

  function lines(section, rows, write) {
    const place = section.querySelector("ul");
    place.textContent = "";
    rows.forEach(function (row) {
      const line = section.querySelector("template").content.cloneNode(true);
      write(line, row);
      place.append(line);
    });
    section.hidden = !rows.length;
  }

  function linked(line, url, title, deed) {
    const link = line.querySelector("a");
    link.href = url;
    link.textContent = title;
    const button = line.querySelector("button");
    button.setAttribute("aria-label", button.textContent + " " + title);
    button.addEventListener("click", function () {
      deed().then(show);
    });
  }

  async function showList() {
    const items = await kept.workOf(account);
    const pages = await kept.pagesOf(account);
    const due = Array.from(document.querySelectorAll("[data-keep]"));
    due.forEach(function (line) {
      const names = items
        .filter(function (item) {
          return item.url === line.dataset.sendsTo;
        })
        .map(function (item) {
          return item.state === "already" ? "received" : item.state;
        });
      const isHere = pages.some(function (row) {
        return row.url === line.dataset.keep;
      });
      chips(line, names.concat(isHere ? ["page"] : []));
    });
    lines(list, items.filter(kept.isUnsent), function (line, item) {
      const state = item.state === "refused" ? word("refused") + " " + reason(item) : when(item.made_at);
      line.querySelector(".quiet").textContent = state;
      linked(line, item.page, item.title, function () {
        return kept.drop("work", item.id);
      });
    });
    const besides = pages.filter(function (row) {
      return row.url !== LIST && !row.due;
    });
    lines(document.querySelector("[data-besides]"), besides, function (line, row) {
      linked(line, row.url, row.title, function () {
        return kept.dropPage(account, row.url);
      });
    });
    document.querySelector("[data-used]").textContent = ((await kept.keptBytes()) / 1048576).toFixed(1);
    document.querySelector("[data-most]").textContent = String(kept.LIMITS.bytes / 1048576);
    document.querySelector("[data-in-use]").hidden = !keepsPages;
    if (!keepsPages) {
      say(word("no_worker"));
    } else if (lastTry === "door" || lastTry === "busy") {
      say(word(lastTry), "warning");
    } else if (lastTry === "network") {
      say(word("kept"), "warning");
    } else {
      say("");
    }
  }

  async function show() {
    await (list ? showList() : showWork());
  }

  // --- Together -------------------------------------------------------------------------------------------------

  document.addEventListener("kept-tried", function (event) {
    lastTry = event.detail.state;
  });
  document.addEventListener("kept", function () {
    show().catch(function () {});
  });
  document.addEventListener("click", function (event) {
    const asked = event.target.dataset && event.target.dataset.do;
    if (asked === "send") {
      say(word("sending"));
      window.keptSend();
    } else if (asked === "drop-work") {
      ownWork()
        .then(function (item) {
          return item && kept.drop("work", item.id);
        })
        .then(show);
    } else if (asked === "drop-page") {
      kept.dropPage(account, here).then(showPage);
    } else if (asked === "keep") {
      keepThis();
    }
  });

  async function begin() {
    await window.keptArrived;
    if (form) {
      const item = await ownWork();
      if (item && kept.isUnsent(item)) {
        fill(item.pairs);
      }
    }
    await show();
    await keepDue(Boolean(list)).catch(function () {}); // no network: what is here stays
    await showPage();
    await show();
  }

  begin().catch(function () {}); // records that fail: the forms work without
})();
