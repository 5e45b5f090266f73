/* The screen of a hall goes on by itself, by keys, and stays on where the server is away for a moment. */
(function () {
  "use strict";
  var hall = document.querySelector("[data-hall]");
  if (!hall) { return; }
  var said = hall.dataset;
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches && said.runs !== "1";
  var rests = said.rests === "1";

  /* Whoever asks for less motion starts it by hand; what is shown is looked after all the same. */
  if (calm && !rests) {
    hall.querySelector("[data-pause]").hidden = true;
    hall.querySelector("[data-run]").hidden = false;
  }

  function follow(url) {
    fetch(url, { method: "HEAD", credentials: "same-origin" }).then(function (answer) {
      if (answer.status < 500) { window.location.replace(url); } else { later(); }
    }).catch(later);
  }

  function later() {
    var url = calm && !rests ? window.location.href : said.then;
    window.setTimeout(function () { follow(url); }, (calm && !rests ? 60 : Number(said.seconds)) * 1000);
  }

  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey) { return; }
    var url = { ArrowRight: said.after, ArrowLeft: said.before }[event.key];
    if (event.key === " " && !/^(A|BUTTON)$/.test(event.target.tagName)) {
      url = calm && !rests ? hall.querySelector("[data-run]").getAttribute("href") : said.toggle;
    }
    if (url) {
      event.preventDefault();
      window.location.assign(url);
    }
  });

  later();
})();
