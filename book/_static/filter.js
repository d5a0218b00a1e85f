// The filter above a long list (claims, events). Works on the page alone, so it needs no server.
// A form.list-filter names its entries in data-entries; a choice NAME=VALUE keeps the entries with
// the class NAME-VALUE.
addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form.list-filter");
  if (!form) return;
  const status = form.querySelector("[role=status]");
  const choices = [...form.querySelectorAll("select")];
  // Letters without accents and vowel marks; the forms of alef as one; tatweel dropped.
  const plain = (text) => text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "")
    .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627").toLowerCase();
  const entries = [...document.querySelectorAll(form.dataset.entries)]
    .map((element) => ({ element, text: plain(element.textContent), section: element.closest("section") }));
  const sections = new Set(entries.map((entry) => entry.section));

  const show = () => {
    const wanted = plain(form.elements.words.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, text } of entries) {
      const fits = choices.every(({ name, value }) => !value || element.classList.contains(`${name}-${value}`))
        && wanted.every((word) => text.includes(word));
      element.hidden = !fits;
      shown += fits;
    }
    for (const section of sections) section.hidden = !section.querySelector(`${form.dataset.entries}:not([hidden])`);
    status.textContent = status.dataset.shown.replace("{shown}", shown).replace("{all}", entries.length);
  };

  // A link to one entry must find it, whatever was chosen before.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.closest("[hidden]")) {
      form.reset();
      show();
      target.scrollIntoView();
    }
  };

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  addEventListener("hashchange", reveal);
  // Choices can be part of an address: claims.html?verdict=contradicted
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.hidden = false;
  show();
  reveal();
});
