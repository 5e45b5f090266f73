// What is typed in a form of the forum survives a lost network, an ended log-in and a closed page: kept in this tab
// alone, for whoever is logged in, until it is sent. A page that shows nothing typed begins with it.
(() => {
  "use strict";
  const fields = document.querySelectorAll("[data-draft]");
  const page = `${location.pathname}${location.search}`;
  const key = (field) => `draft:${field.form.dataset.draftOf}:${page}:${field.dataset.draft}`;
  const sent = `draft-sent:${page}`;
  try {
    const wasRefused = document.querySelector(".field-refused, .errorlist") !== null;
    if (sessionStorage.getItem(sent) && !wasRefused) {
      fields.forEach((field) => sessionStorage.removeItem(key(field)));
    }
    sessionStorage.removeItem(sent);
    fields.forEach((field) => {
      const kept = sessionStorage.getItem(key(field));
      if (kept && !field.value) field.value = kept;
      field.addEventListener("input", () => sessionStorage.setItem(key(field), field.value));
      field.form.addEventListener("submit", () => sessionStorage.setItem(sent, "yes"));
    });
  } catch { /* storage is full or forbidden: the form works without */ }
})();
