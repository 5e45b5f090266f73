// Small help for pages that work without it. No cookies, no storage, nothing is sent anywhere.
"use strict";

(function () {
  // "Print" needs a script, so its button shows only where there is one.
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });

  // A form that is under way is not sent twice: not by a second tap while the network is slow. It is fresh again
  // after a while (a form may answer with a file, and the page stays) and when the page comes back from the history.
  function freshen(form) {
    delete form.dataset.underWay;
    form.classList.remove("under-way");
  }
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) {
      return;
    }
    if (form.dataset.underWay) {
      event.preventDefault();
      return;
    }
    form.dataset.underWay = "yes";
    form.classList.add("under-way");
    setTimeout(freshen, 8000, form);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-under-way]").forEach(freshen);
  });

  // An open download menu closes on Escape and on a click elsewhere.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      document.querySelectorAll("details.downloads[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.downloads[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    });
  });
})();
