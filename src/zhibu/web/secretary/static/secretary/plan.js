// A session of a plan is dragged to another day; the page that opens says what that would break.
(() => {
  "use strict";
  const days = document.querySelectorAll(".calendar td[data-day]:not(.off)");
  let dragged = "";
  for (const held of document.querySelectorAll(".calendar .held[data-move]")) {
    held.addEventListener("dragstart", event => {
      dragged = held.dataset.move;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", held.textContent);
    });
    held.addEventListener("dragend", () => { dragged = ""; });
  }
  for (const day of days) {
    day.addEventListener("dragover", event => {
      if (!dragged) return;
      event.preventDefault();
      day.classList.add("over");
    });
    day.addEventListener("dragleave", () => day.classList.remove("over"));
    day.addEventListener("drop", event => {
      if (!dragged) return;
      event.preventDefault();
      window.location.assign(`${dragged}?day=${day.dataset.day}`);
    });
  }
})();
