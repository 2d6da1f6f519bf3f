/* Menu, keys, palette, focus on the error summary. Every page works without this file. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const keysOn = document.body.dataset.keys !== "off";
  const palette = $("palette"), keys = $("keys"), menu = document.querySelector(".frame-menu");

  const errors = document.querySelector("[data-focus]");
  if (errors) errors.focus();

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (!keysOn) return;
    if (palette && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      openPalette();
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (event.key === "?" && !typing && !event.ctrlKey && !event.metaKey) keys.showModal();
  });

  /* Focus stays on its id after a swap, else on the region's heading. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const region = event.detail.target;
    if (document.activeElement !== document.body) return;
    const heading = region.querySelector("h1, h2, h3");
    if (heading) {
      heading.tabIndex = -1;
      heading.focus();
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const said = event.detail.target.querySelector("[data-live]");
    if (said) $("live").textContent = said.textContent;
  });

  if (!palette) return;
  const field = $("palette-q"), list = $("palette-list"), note = $("palette-note");
  const MOST = 20, PAUSE = 150;
  let places = [], found = [], chosen = 0, timer = 0, asked = null;

  const here = () => {
    const links = document.querySelectorAll("a[data-action], body > .frame-body .frame-side a");
    return [...links].map((a) => ({ text: a.textContent.trim(), url: a.href, kind: a.dataset.action === undefined ? "Page" : "Here" }));
  };

  function openPalette() {
    places = here();
    field.value = "";
    show(places);
    palette.showModal();
    field.focus();
  }

  function show(items) {
    found = items.slice(0, MOST);
    list.replaceChildren(...found.map(option));
    choose(0);
    note.textContent = found.length ? `${found.length} found` : "Nothing found";
  }

  function option(item, index) {
    const row = document.createElement("li");
    row.id = `palette-${index}`;
    row.className = "c-palette__item";
    row.setAttribute("role", "option");
    row.append(item.text);
    const kind = document.createElement("span");
    kind.className = "c-palette__kind";
    kind.textContent = item.kind;
    row.append(kind);
    row.addEventListener("click", () => location.assign(item.url));
    return row;
  }

  function choose(index) {
    chosen = found.length ? (index + found.length) % found.length : 0;
    [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === chosen)));
    const row = list.children[chosen];
    if (row) {
      field.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  async function ask(words) {
    if (asked) asked.abort();
    asked = new AbortController();
    const near = places.filter((p) => p.text.toLowerCase().includes(words.toLowerCase()));
    show(near);
    try {
      const address = new URL(palette.dataset.url, location.href);
      address.searchParams.set("q", words);
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const links = page.querySelectorAll("[data-result]");
      show([...near, ...[...links].map((a) => ({ text: a.textContent.trim(), url: a.getAttribute("href"), kind: a.dataset.result }))]);
    } catch (fault) {
      if (fault.name !== "AbortError") note.textContent = "The search could not be reached. Pages of the menu still work.";
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    const words = field.value.trim();
    if (words) timer = setTimeout(ask, PAUSE, words);
    else show(places);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" && found[chosen]) location.assign(found[chosen].url);
    else return;
    event.preventDefault();
  });
})();
