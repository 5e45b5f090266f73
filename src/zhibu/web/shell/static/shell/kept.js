// What this phone keeps: pages of what is due, and work that waits to be sent. For pages and for the worker alike.
// Work belongs to the account that made it: with another one it is neither shown nor sent, nor does it go.
// When somebody read something is not noted, and nothing is sent but the work itself.
"use strict";

(function (here) {
  const NAME = "zhibu";
  const SCHEMA = 1;
  const HOUSE = "zhibu-house";
  const OF = "zhibu-of-";
  const LIMITS = { bytes: 50 * 1024 * 1024, recording: 2 * 1024 * 1024, days: 14, work: 300, settled: 20, unanswered: 30000 };
  const PATIENCE = 15000;
  const LATER = { network: true, busy: true, door: true };

  // --- The records ----------------------------------------------------------------------------------------------

  // A later schema adds here what is missing. Nothing is ever dropped: a phone may hold work that is not sent.
  function build(records) {
    [
      ["work", "id"],
      ["pages", ["account", "url"]],
      ["facts", "name"],
    ].forEach(function (each) {
      if (!records.objectStoreNames.contains(each[0])) {
        records.createObjectStore(each[0], { keyPath: each[1] });
      }
    });
  }

  function opened(schema) {
    return new Promise(function (resolve, reject) {
      const asked = schema ? indexedDB.open(NAME, schema) : indexedDB.open(NAME);
      asked.onupgradeneeded = function () {
        build(asked.result);
      };
      asked.onsuccess = function () {
        const records = asked.result;
        records.onversionchange = function () {
          records.close();
        };
        resolve(records);
      };
      asked.onerror = function () {
        reject(asked.error);
      };
    });
  }

  // A page that was open while a newer version came finds its records with a newer schema: it goes on with those.
  function open() {
    if (!here.indexedDB) {
      return Promise.reject(new Error("no records here"));
    }
    return opened(SCHEMA).catch(function (error) {
      if (error && error.name === "VersionError") {
        return opened(0);
      }
      throw error;
    });
  }

  // One transaction over one store; resolves once it is on disk, with what the request in it answered.
  async function within(store, mode, deed) {
    const records = await open();
    try {
      return await new Promise(function (resolve, reject) {
        const turn = records.transaction(store, mode, { durability: "strict" });
        const asked = deed(turn.objectStore(store));
        turn.oncomplete = function () {
          resolve(asked && asked.result);
        };
        turn.onabort = turn.onerror = function () {
          reject(turn.error || (asked && asked.error));
        };
      });
    } finally {
      records.close();
    }
  }

  function put(store, row) {
    return within(store, "readwrite", function (rows) {
      return rows.put(row);
    });
  }

  function drop(store, key) {
    return within(store, "readwrite", function (rows) {
      return rows.delete(key);
    });
  }

  function all(store) {
    return within(store, "readonly", function (rows) {
      return rows.getAll();
    });
  }

  async function fact(name) {
    const row = await within("facts", "readonly", function (rows) {
      return rows.get(name);
    });
    return row && row.value;
  }

  // --- Who is here ----------------------------------------------------------------------------------------------

  async function ask(address, options) {
    const stop = new AbortController();
    const tired = setTimeout(function () {
      stop.abort();
    }, PATIENCE);
    try {
      return await fetch(
        address,
        Object.assign({ credentials: "same-origin", cache: "no-store", signal: stop.signal }, options)
      );
    } finally {
      clearTimeout(tired);
    }
  }

  // Who is logged in now, and a fresh token: one that stands in a kept page may be days old.
  async function whoIsHere() {
    const answer = await ask("/account/here/", { redirect: "manual" });
    if (!answer.ok) {
      throw new Error("busy");
    }
    return answer.json();
  }

  // Somebody opened a page: what was kept to be read by another account goes. Work that is not sent stays theirs.
  async function arrive(account) {
    if ((await fact("account")) === account) {
      return;
    }
    await forgetPages(account);
    await forgetSettled(account);
    await put("facts", { name: "account", value: account });
  }

  // Nobody is logged in: pages go, of whomever. Resolves with the number of works that wait here for their owners.
  async function leave() {
    await forgetPages("");
    await drop("facts", "account");
    await forgetSettled("");
    return (await all("work")).filter(isUnsent).length;
  }

  async function forgetPages(but) {
    await drop("facts", "looked");
    const rows = await all("pages");
    for (const row of rows) {
      if (row.account !== but) {
        await drop("pages", [row.account, row.url]);
      }
    }
    if (here.caches) {
      for (const name of await caches.keys()) {
        if (name.startsWith(OF) && name !== OF + but) {
          await caches.delete(name);
        }
      }
    }
  }

  async function forgetSettled(but) {
    for (const item of await all("work")) {
      if (item.account !== but && !isUnsent(item)) {
        await drop("work", item.id);
      }
    }
  }

  // --- Work -----------------------------------------------------------------------------------------------------

  // ``refused`` is settled for the server, and yet it is the person's text: it stays until they change or delete it.
  function isUnsent(item) {
    return item.state === "kept" || item.state === "refused";
  }

  async function workOf(account) {
    const rows = await all("work");
    return rows
      .filter(function (item) {
        return item.account === account;
      })
      .sort(function (one, other) {
        return one.made_at < other.made_at ? -1 : 1;
      });
  }

  function freshNonce() {
    const bytes = new Uint8Array(18);
    crypto.getRandomValues(bytes);
    return Array.from(bytes, function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }

  // Work as it is kept. ``url``: where it is sent; ``page``: where it was done; ``pairs``: names and values of the form.
  function made(account, url, title, page, pairs) {
    return { id: freshNonce(), account, url, title, page, pairs, made_at: new Date().toISOString(), state: "kept" };
  }

  // Kept, on disk, before anything is sent. For the same address the newer stands instead of the older.
  async function keepWork(account, url, title, page, pairs) {
    const item = made(account, url, title, page, pairs);
    const older = await workOf(account);
    if (older.filter(isUnsent).length >= LIMITS.work) {
      throw new DOMException("too much waits", "QuotaExceededError");
    }
    try {
      await put("work", item);
    } catch (error) {
      if (!error || error.name !== "QuotaExceededError") {
        throw error;
      }
      await forgetPages(""); // work goes before what is kept to be read
      await put("work", item);
    }
    for (const other of older) {
      if (other.url === url) {
        await drop("work", other.id);
      }
    }
    return item;
  }

  async function settle(item, facts) {
    const now = await within("work", "readonly", function (rows) {
      return rows.get(item.id);
    });
    if (now) {
      await put("work", Object.assign(now, facts));
    }
  }

  async function prune(account) {
    const settled = (await workOf(account)).filter(function (item) {
      return !isUnsent(item);
    });
    for (const item of settled.slice(0, Math.max(0, settled.length - LIMITS.settled))) {
      await drop("work", item.id);
    }
  }

  function formOf(item) {
    const body = new URLSearchParams();
    item.pairs.forEach(function (pair) {
      body.append(pair[0], pair[1]);
    });
    body.append("nonce", item.id);
    body.append("account", item.account);
    return body;
  }

  // What came of one try: ``received``, ``already``, ``refused``, or why it waits: ``network``, ``busy``, ``door``.
  async function sendOne(item, token) {
    let answer;
    let told = {};
    try {
      answer = await ask(item.url, {
        method: "POST",
        body: formOf(item),
        headers: { Accept: "application/json", "X-CSRFToken": token },
        redirect: "manual",
      });
      if (answer.status < 500 && (answer.headers.get("Content-Type") || "").startsWith("application/json")) {
        told = await answer.json();
      }
    } catch (error) {
      return { state: "network" };
    }
    if (answer.ok && (told.status === "received" || told.status === "already")) {
      return { state: told.status, at: told.received_at };
    }
    if ([400, 404, 409, 410, 413, 422].includes(answer.status)) {
      return { state: "refused", because: told.reason || "", status: answer.status };
    }
    if (answer.status >= 500 || answer.status === 429) {
      return { state: "busy", seconds: Math.min(Number(answer.headers.get("Retry-After")) || 5, 600) };
    }
    return { state: "door" };
  }

  // What the phone had no room to keep: the same, from the page alone.
  async function sendUnkept(item) {
    try {
      const now = await whoIsHere();
      return now.account === item.account ? await sendOne(item, now.token) : { state: "door" };
    } catch (error) {
      return { state: "network" };
    }
  }

  let last = Promise.resolve();

  // Sends what waits of this account, and resolves with what came of it. One try after another, never two at once.
  function send(account) {
    const next = last.then(function () {
      return sendAll(account);
    });
    last = next.catch(function () {});
    return next;
  }

  async function sendAll(account) {
    const waiting = (await workOf(account)).filter(function (item) {
      return item.state === "kept";
    });
    if (!waiting.length) {
      return { state: "nothing", left: 0 };
    }
    let token;
    try {
      const now = await whoIsHere();
      if (now.account !== account) {
        return { state: "door", left: waiting.length };
      }
      token = now.token;
    } catch (error) {
      return { state: error.message === "busy" ? "busy" : "network", left: waiting.length, seconds: 5 };
    }
    let left = waiting.length;
    for (const item of waiting) {
      const told = await sendOne(item, token);
      if (LATER[told.state]) {
        return { state: told.state, left, seconds: told.seconds };
      }
      await settle(item, told);
      left -= 1;
    }
    await prune(account);
    return { state: "sent", left: 0 };
  }

  // --- Pages ----------------------------------------------------------------------------------------------------

  function fail(name) {
    const error = new Error(name);
    error.name = name;
    return error;
  }

  async function pagesOf(account) {
    return (await all("pages")).filter(function (row) {
      return row.account === account;
    });
  }

  async function keptBytes() {
    return (await all("pages")).reduce(function (sum, row) {
      return sum + row.size;
    }, 0);
  }

  // The addresses of our own files that a page names.
  function filesNamed(html) {
    const found = html.match(/(?:src|href)="(\/static\/[^"#]+)/g) || [];
    return Array.from(
      new Set(
        found.map(function (text) {
          return text.slice(text.indexOf('"') + 1);
        })
      )
    );
  }

  // Into the house: files of the program, the same for everybody. Those that have their digest in their name stay.
  async function keepFiles(addresses) {
    const house = await caches.open(HOUSE);
    for (const address of addresses) {
      if (!(isForGood(address) && (await house.match(address)))) {
        const answer = await ask(address, { cache: "default" });
        if (answer.ok) {
          await house.put(address, answer);
        }
      }
    }
  }

  function isForGood(address) {
    return /\.[0-9a-f]{12}\./.test(address);
  }

  // The page that is shown where there is neither a network nor a kept page.
  async function keepHouse() {
    const answer = await ask("/offline/", { credentials: "omit" });
    if (answer.ok) {
      const house = await caches.open(HOUSE);
      const html = await answer.clone().text();
      await keepFiles(filesNamed(html));
      await house.put("/offline/", answer);
    }
  }

  // A page that is kept already need not be fetched again: it is due, or no longer.
  async function setDue(row, due) {
    if (row.due !== due) {
      await put("pages", Object.assign({}, row, { due }));
    }
  }

  // Files that no kept page names any more, left by an earlier version.
  async function clearHouse(account) {
    const house = await caches.open(HOUSE);
    const kept = await caches.open(OF + account);
    const named = new Set();
    for (const store of [house, kept]) {
      for (const request of await store.keys()) {
        const answer = await store.match(request);
        if ((answer.headers.get("Content-Type") || "").startsWith("text/html")) {
          filesNamed(await answer.text()).forEach(named.add, named);
        }
      }
    }
    for (const request of await house.keys()) {
      const path = new URL(request.url).pathname;
      if (path.startsWith("/static/") && !named.has(path)) {
        await house.delete(request);
      }
    }
  }

  async function dropPage(account, url) {
    const row = (await pagesOf(account)).find(function (each) {
      return each.url === url;
    });
    const store = await caches.open(OF + account);
    for (const address of [url].concat((row && row.files) || [])) {
      await store.delete(address);
    }
    await drop("pages", [account, url]);
  }

  // Room for so many bytes: what is due no longer goes, the oldest first. Work is never touched.
  async function makeRoom(account, bytes, but) {
    const rows = (await pagesOf(account)).filter(function (row) {
      return !row.due && row.url !== but;
    });
    rows.sort(function (one, other) {
      return one.kept_at < other.kept_at ? -1 : 1;
    });
    let taken = await keptBytes();
    while (taken + bytes > LIMITS.bytes && rows.length) {
      const oldest = rows.shift();
      await dropPage(account, oldest.url);
      taken -= oldest.size;
    }
    if (taken + bytes > LIMITS.bytes) {
      throw fail("TooMuch");
    }
    const space = navigator.storage && navigator.storage.estimate ? await navigator.storage.estimate() : null;
    if (space && space.quota && space.usage + bytes > space.quota) {
      throw fail("QuotaExceededError");
    }
  }

  // Keep a page with its pictures and return it as a document; and its recordings and PDFs where they are small or somebody asked for them.
  async function keepPage(account, url, facts) {
    const answer = await ask(url, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (!answer.ok) {
      throw fail(answer.status === 404 ? "Gone" : "Later");
    }
    const html = await answer.clone().text();
    const page = new DOMParser().parseFromString(html, "text/html");
    const owner = page.querySelector("[data-account]");
    if (!owner || owner.dataset.account !== account) {
      throw fail("Later"); // another one logged in meanwhile
    }
    const wanted = Array.from(page.querySelectorAll("[data-file]")).filter(function (each) {
      return each.tagName === "IMG" || each.tagName === "TRACK" || facts.recordings || each.dataset.file <= LIMITS.recording;
    });
    const size = wanted.reduce(function (sum, each) {
      return sum + Number(each.dataset.file);
    }, html.length * 2);
    const files = wanted.map(function (each) {
      return each.getAttribute("src") || each.getAttribute("href"); // a PDF is a link
    });
    const known = (await pagesOf(account)).find(function (row) {
      return row.url === url;
    });
    await makeRoom(account, size - (known ? known.size : 0), url);
    await keepFiles(filesNamed(html));
    const store = await caches.open(OF + account);
    for (const file of files) {
      if (!(await store.match(file))) {
        const got = await ask(file, {});
        if (got.ok) {
          await store.put(file, got);
        }
      }
    }
    await store.put(url, answer);
    const heading = page.querySelector("h1");
    await put("pages", {
      account,
      url,
      title: heading ? heading.textContent.trim() : url,
      version: facts.version || "",
      due: Boolean(facts.due),
      recordings: Boolean(facts.recordings),
      files,
      size,
      kept_at: new Date().toISOString(),
    });
    return page;
  }

  // --- For the worker -------------------------------------------------------------------------------------------

  // What is kept at an address for who was here last; ``undefined`` where nothing is, or it is too old.
  async function found(address) {
    const account = await fact("account");
    if (!account) {
      return undefined;
    }
    const path = new URL(address).pathname;
    const store = await caches.open(OF + account);
    const answer = await store.match(path, { ignoreVary: true });
    if (!answer) {
      return undefined;
    }
    const rows = await pagesOf(account);
    const row = rows.find(function (each) {
      return each.url === path || each.files.includes(path);
    });
    const looked = (await fact("looked")) || 0;
    return row && Date.now() - looked < LIMITS.days * 86400000 ? answer : undefined;
  }

  here.kept = {
    LIMITS,
    HOUSE,
    all,
    arrive,
    ask,
    clearHouse,
    drop,
    dropPage,
    fact,
    found,
    forgetPages,
    isForGood,
    isUnsent,
    keepHouse,
    keepPage,
    keepWork,
    keptBytes,
    leave,
    made,
    pagesOf,
    put,
    send,
    sendUnkept,
    setDue,
    workOf,
  };
})(self);
