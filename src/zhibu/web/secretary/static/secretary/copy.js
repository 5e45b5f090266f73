// "Copy" needs a script, so its button shows only where there is one. Without the clipboard the text is selected.
"use strict";

(function () {
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    const source = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", function () {
      const told = function () {
        button.textContent = button.dataset.copied;
      };
      source.select();
      if (navigator.clipboard) {
        navigator.clipboard.writeText(source.value).then(told, function () {});
      } else if (document.execCommand("copy")) { // over plain http, and inside WeChat
        told();
      }
    });
  });
})();
