// The service worker: what is kept on this phone is shown where there is no network. All else goes its way untouched.
// It takes over at once, and a new version leaves everything in place that an older one kept.
"use strict";

(function () {
  const kept = self.kept;
  const PATIENCE = 4000;

  self.addEventListener("install", function (event) {
    self.skipWaiting();
    event.waitUntil(kept.keepHouse());
  });

  self.addEventListener("activate", function (event) {
    event.waitUntil(self.clients.claim());
  });

  function patience() {
    return new Promise(function (resolve) {
      setTimeout(resolve, PATIENCE);
    });
  }

  // The network first; where it is not there, or too slow for a page that is kept, what is kept.
  async function page(request) {
    const asked = fetch(request);
    const own = await kept.found(request.url).catch(function () {
      return undefined;
    });
    try {
      const first = own ? await Promise.race([asked, patience()]) : await asked;
      if (first) {
        return first;
      }
      asked.catch(function () {}); // too slow: whatever becomes of it
      return own;
    } catch (error) {
      const house = await caches.open(kept.HOUSE);
      return own || (await house.match("/offline/", { ignoreVary: true })) || Response.error();
    }
  }

  async function ours(request) {
    const house = await caches.open(kept.HOUSE);
    const own = await house.match(request, { ignoreVary: true });
    if (own && kept.isForGood(request.url)) {
      return own;
    }
    return fetch(request).catch(function (error) {
      if (own) {
        return own;
      }
      throw error;
    });
  }

  // A player asks for a part of a recording.
  async function part(answer, range) {
    const asked = /^bytes=(\d+)-(\d*)$/.exec(range);
    if (!asked) {
      return answer;
    }
    const whole = await answer.blob();
    const first = Number(asked[1]);
    const last = Math.min(asked[2] ? Number(asked[2]) : whole.size - 1, whole.size - 1);
    const headers = { "Content-Type": whole.type, "Content-Range": "bytes " + first + "-" + last + "/" + whole.size };
    if (first > last) {
      return new Response("", { status: 416, headers: { "Content-Range": "bytes */" + whole.size } });
    }
    return new Response(whole.slice(first, last + 1), { status: 206, headers });
  }

  async function file(request) {
    const own = await kept.found(request.url).catch(function () {
      return undefined;
    });
    const range = request.headers.get("Range");
    if (own) {
      return range ? part(own, range) : own;
    }
    return fetch(request);
  }

  self.addEventListener("fetch", function (event) {
    const request = event.request;
    const address = new URL(request.url);
    if (address.origin !== self.location.origin) {
      return;
    }
    if (request.mode === "navigate") {
      if (request.method === "GET") {
        event.respondWith(page(request));
      } else if (address.pathname.startsWith("/accounts/")) {
        event.waitUntil(kept.forgetPages("")); // somebody comes or goes: no page of whoever was here stays
      }
    } else if (request.method === "GET" && address.pathname.startsWith("/static/")) {
      event.respondWith(ours(request));
    } else if (request.method === "GET" && /^\/learn\/units\/[^/]+\/files\//.test(address.pathname)) {
      event.respondWith(file(request));
    }
  });

  // Where the browser knows it, work is sent when the network is back although no page is open.
  self.addEventListener("sync", function (event) {
    event.waitUntil(
      kept.fact("account").then(async function (account) {
        const told = account ? await kept.send(account) : { left: 0 };
        for (const page of await self.clients.matchAll()) {
          page.postMessage("sent");
        }
        if (told.left && told.state !== "door") {
          throw new Error(told.state); // the browser tries again
        }
      })
    );
  });
})();
