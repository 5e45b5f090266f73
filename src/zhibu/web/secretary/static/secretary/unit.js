// What is pasted with its form (from WPS, WeChat, a page) comes back as text with the few signs that carry meaning.
// Without a script, or where that fails, the plain text is pasted as ever.
(function () {
  "use strict";

  const form = document.querySelector("form[data-pasted]");
  const box = form && form.querySelector("textarea[name=text]");
  if (!box) {
    return;
  }

  box.addEventListener("paste", function (event) {
    const html = event.clipboardData ? event.clipboardData.getData("text/html") : "";
    const plain = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!html || !plain.trim()) {
      return;
    }
    event.preventDefault();
    const body = new URLSearchParams({ html: html.slice(0, 1000000) });
    const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
    fetch(form.dataset.pasted, { method: "POST", headers: { "X-CSRFToken": token }, body: body })
      .then((answer) => (answer.ok ? answer.json() : { text: plain }))
      .catch(() => ({ text: plain }))
      .then((answer) => box.setRangeText(answer.text || plain, box.selectionStart, box.selectionEnd, "end"));
  });
})();
