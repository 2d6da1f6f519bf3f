/* Drafts save themselves: 2 s after the last keystroke, at latest 10 s after the first unsaved one, and on leaving.
   The page works without this file: "Save draft" does the same. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const line = document.getElementById("draft-status"), hints = document.getElementById("hints");
  const PAUSE = 2000, LATEST = 10000, AGAIN = 4000, MOST_ON_LEAVING = 60000;
  let first = 0, timer = 0, saving = false, kept = snapshot(), savedAt = "", blocked = false, unheard = [];

  function snapshot() {
    const data = new URLSearchParams();
    for (const field of form.elements) {
      if (!field.name || field.type === "submit" || field.name === "csrfmiddlewaretoken") continue;
      data.append(field.name, field.value);
    }
    return data;
  }

  const isDirty = () => snapshot().toString() !== kept.toString();
  const clock = () => `${new Date().toISOString().slice(11, 16)} UTC`;

  function say(text, link) {
    if (line.dataset.word === text) return;
    line.dataset.word = text;
    line.replaceChildren(text);
    if (link) line.append(" ", link);
  }

  function plan() {
    if (blocked) return;
    if (!isDirty()) {
      first = 0;
      clearTimeout(timer);
      return;
    }
    const now = Date.now();
    first = first || now;
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(PAUSE, first + LATEST - now)));
  }

  function body(sent) {
    const data = new URLSearchParams(sent);
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("act", "save");
    return data;
  }

  const ask = (sent, options) => fetch(form.action || location.href, {
    method: "POST", body: body(sent), headers: { Accept: "application/json" }, credentials: "same-origin", ...options,
  });

  async function save() {
    clearTimeout(timer);
    if (saving || blocked || !isDirty()) return;
    saving = true;
    const sent = snapshot(), began = Date.now();
    let isSaved = false;
    try {
      let answer = await ask(sent);
      if (answer.status === 403) answer = (await renew()) || (await ask(sent));
      isSaved = await take(answer, sent);
    } catch {
      unheard.push(sent);
      fail();
    }
    saving = false;
    /* What was typed while it was saved waits since then; what was not saved waits for its next try, not for none. */
    first = 0;
    if (!isSaved || !isDirty()) return;
    first = began;
    plan();
  }

  async function take(answer, sent) {
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    if (answer.redirected || answer.status === 401 || (answer.ok && !isJson)) return signedOut();
    if (!isJson) return fail();
    const told = await answer.json();
    if (answer.ok) {
      done(told, sent);
      return true;
    }
    if (told.code === "revision_conflict" && isOurs(told.theirs)) {
      renewRevisions(told.revisions);
      unheard = [];
      return true;
    }
    if (told.code === "revision_conflict") {
      blocked = true;
      const button = document.createElement("button");
      button.className = "c-button c-button--plain";
      button.name = "act";
      button.value = "save";
      button.textContent = "Compare the texts";
      return say(told.detail, button);
    }
    const reasons = (told.errors || []).map((one) => one.detail).join(" ");
    return say(`Not saved: ${reasons || told.detail}`);
  }

  /* The server may have stored what was sent and fallen over before it said so: then nobody else wrote anything. */
  function isOurs(theirs) {
    const plain = (text) => text.replace(/\r\n/g, "\n").trim();
    const says = (sent, part, name, text) => {
      const value = sent.get(part ? `row-${part}-${name}` : name);
      return value === null || plain(value) === plain(text);
    };
    return Object.entries(theirs).every(([part, texts]) =>
      unheard.some((sent) => Object.entries(texts).every(([name, text]) => says(sent, part, name, text))));
  }

  function renewRevisions(revisions) {
    for (const field of form.querySelectorAll("[data-part]")) {
      const revision = revisions[field.dataset.part];
      if (revision === undefined) continue;
      field.value = revision;
      kept.set(field.name, revision);
    }
  }

  function done(told, sent) {
    kept = new URLSearchParams(sent);
    unheard = [];
    renewRevisions(told.revisions);
    for (const [part, texts] of Object.entries(told.newer)) renewTexts(part, texts, sent);
    savedAt = clock();
    say(told.status);
    if (hints.innerHTML.trim() || told.hints.trim()) {
      const page = new DOMParser().parseFromString(told.hints, "text/html");
      hints.replaceChildren(...page.body.childNodes);
    }
  }

  /* What somebody else wrote where nothing was written here; a field that was typed in meanwhile stays. */
  function renewTexts(part, texts, sent) {
    for (const [name, text] of Object.entries(texts)) {
      const field = form.elements[part ? `row-${part}-${name}` : name];
      if (!field || field.value !== sent.get(field.name)) continue;
      field.value = text;
      kept.set(field.name, field.value);
    }
  }

  const since = () => (savedAt ? `since ${savedAt}` : "yet");

  function fail() {
    say(`Not saved ${since()}: the server does not answer. It is tried again; what you typed stays on this page.`);
    clearTimeout(timer);
    timer = setTimeout(save, AGAIN);
  }

  function signedOut() {
    const link = document.createElement("a");
    link.href = "/sign-in/";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Sign in in a new tab";
    say(`Not saved ${since()}, sign in in a new tab; then it is saved from here.`, link);
    clearTimeout(timer);
    timer = setTimeout(save, AGAIN);
  }

  /* A sign-in elsewhere makes the form's token an old one; the page knows the new one. Where the page itself cannot be
     had, for want of a sign-in or otherwise, its answer says why. */
  async function renew() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return answer;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("form[data-draft] [name=csrfmiddlewaretoken]");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
    return null;
  }

  /* On leaving there is no time to hear the answer; a text too long for that is held back by the browser's question. */
  function leave() {
    if (saving || blocked || !isDirty()) return;
    const sent = snapshot();
    if (body(sent).toString().length > MOST_ON_LEAVING) return;
    ask(sent, { keepalive: true }).then((answer) => take(answer, sent)).catch(fail);
  }

  let submitted = false;
  form.addEventListener("submit", () => {
    submitted = true;
    clearTimeout(timer);
  });
  form.addEventListener("input", plan);
  form.addEventListener("change", plan);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !submitted) leave();
  });
  addEventListener("pagehide", () => submitted || leave());
  addEventListener("beforeunload", (event) => {
    const isLong = () => body(snapshot()).toString().length > MOST_ON_LEAVING;
    if (!submitted && isDirty() && (blocked || isLong())) event.preventDefault();
  });
})();
