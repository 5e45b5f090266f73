// Work that waits on this phone is sent as soon as a page is open and the network is there. Logging out takes what is
// kept with it; what can not be sent before is named, and whoever leaves says what becomes of it.
"use strict";

(function () {
  const kept = window.kept;
  const owner = document.querySelector("[data-account]");
  const door = document.querySelector("[data-waits-here]");
  if (!kept || !window.indexedDB) {
    return;
  }
  const account = owner ? owner.dataset.account : "";

  function tell() {
    document.dispatchEvent(new CustomEvent("kept"));
  }

  // --- Sending --------------------------------------------------------------------------------------------------

  let again = null;

  // Resolves with what came of it. After a busy server it is tried once more, when that server said; where no answer
  // came although the phone has a network, after half a minute.
  async function send() {
    clearTimeout(again);
    let told;
    try {
      told = await kept.send(account);
    } catch (error) {
      told = { state: "nothing", left: 0 }; // no records here, so nothing waits
    }
    if (told.state === "busy") {
      again = setTimeout(send, told.seconds * 1000 + Math.random() * 3000);
    } else if (told.state === "network" && navigator.onLine) {
      again = setTimeout(send, kept.LIMITS.unanswered * (1 + Math.random() / 3));
    }
    document.dispatchEvent(new CustomEvent("kept-tried", { detail: told }));
    tell();
    return told;
  }

  // Those who were offline together come back together: each waits a moment of its own.
  function sendSoon() {
    clearTimeout(again);
    again = setTimeout(send, Math.random() * 1500);
  }

  window.keptSend = send;

  // --- Coming and going -----------------------------------------------------------------------------------------

  if (!account) {
    if (door) {
      kept
        .leave()
        .then(function (number) {
          door.hidden = number === 0;
        })
        .catch(function () {});
    }
    return;
  }

  window.keptArrived = kept.arrive(account);
  window.keptArrived.then(send).catch(function () {});
  window.addEventListener("online", sendSoon);
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.addEventListener("message", tell);
  }

  // --- Logging out ----------------------------------------------------------------------------------------------

  const notice = document.getElementById("leaving");
  let form = null;

  function show(name) {
    notice.hidden = false;
    const words = notice.querySelector("template");
    if (words) {
      words.replaceWith(words.content);
    }
    notice.querySelectorAll("[data-leaving]").forEach(function (part) {
      part.hidden = part.dataset.leaving !== name;
    });
    notice.focus();
  }

  async function unsent() {
    return (await kept.workOf(account)).filter(kept.isUnsent);
  }

  async function ask() {
    const items = await unsent();
    show("asks");
    const list = notice.querySelector("ul");
    list.textContent = "";
    items.forEach(function (item) {
      const line = document.createElement("li");
      line.textContent = item.title;
      list.append(line);
    });
  }

  // Out: the server first, then this phone. Without a network what is kept to be read goes all the same.
  async function leave() {
    let answer;
    try {
      answer = await kept.ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    } catch (error) {
      await kept.forgetPages("");
      show("offline");
      tell();
      return;
    }
    if (!answer.ok) {
      form.submit(); // a page of its own says what was wrong
      return;
    }
    await kept.leave();
    location.assign(answer.url);
  }

  async function begin() {
    const told = await send();
    if (told.left || (await unsent()).length) {
      await ask();
    } else {
      await leave();
    }
  }

  function plainly() {
    form.submit(); // nothing is kept where the records fail
  }

  document.querySelectorAll("form[data-leaves]").forEach(function (each) {
    each.addEventListener("submit", function (event) {
      event.preventDefault();
      form = each;
      begin().catch(plainly);
    });
  });

  if (notice) {
    notice.addEventListener("click", function (event) {
      const choice = event.target.dataset.leave;
      if (choice === "again") {
        begin().catch(plainly);
      } else if (choice === "keep") {
        leave().catch(plainly);
      } else if (choice === "discard") {
        unsent()
          .then(async function (items) {
            for (const item of items) {
              await kept.drop("work", item.id);
            }
          })
          .then(leave)
          .catch(plainly);
      } else if (choice === "stay") {
        notice.hidden = true;
      }
    });
  }
})();
