// The filter above the ledger of claims. Works on the page alone, so it needs no server.
addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form.ledger-filter");
  if (!form) return;
  const status = form.querySelector("[role=status]");
  // Letters without accents and vowel marks; the forms of alef as one; tatweel dropped.
  const plain = (text) => text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "")
    .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627").toLowerCase();
  const claims = [...document.querySelectorAll(".ledger-claim")]
    .map((element) => ({ element, text: plain(element.textContent), section: element.closest("section") }));
  const sections = new Set(claims.map((claim) => claim.section));

  const show = () => {
    const { words, verdict, type } = Object.fromEntries(new FormData(form));
    const wanted = plain(words).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, text } of claims) {
      const fits = (!verdict || element.classList.contains(`verdict-${verdict}`))
        && (!type || element.classList.contains(`type-${type}`))
        && wanted.every((word) => text.includes(word));
      element.hidden = !fits;
      shown += fits;
    }
    for (const section of sections) section.hidden = !section.querySelector(".claim:not([hidden])");
    status.textContent = status.dataset.shown.replace("{shown}", shown).replace("{all}", claims.length);
  };

  // A link to one claim must find it, whatever was chosen before.
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
