// Passkeys: the button appears where the browser knows them; a refusal is said in words.
"use strict";

(function () {
  document.querySelectorAll("[data-passkey]").forEach(function (form) {
    form.hidden = !window.PublicKeyCredential;
  });
  document.addEventListener("allauth.error", function (event) {
    const line = document.getElementById("passkey-failed");
    if (line) {
      line.hidden = false;
      event.preventDefault();
    }
  });
})();
