/* Labels of pages by one key: 1 to 6 choose, 0 takes away, and the next page gets the focus. Without it, radios do. */
(() => {
  "use strict";
  const form = document.querySelector("[data-labels]");
  if (!form || document.body.dataset.keys === "off") return;
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("fieldset");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || !/^[0-6]$/.test(event.key)) return;
    event.preventDefault();
    row.querySelectorAll("input[type=radio]")[Number(event.key)].checked = true;
    const rows = [...form.querySelectorAll("fieldset")];
    const next = rows[rows.indexOf(row) + 1];
    (next ? next.querySelector("input[type=radio]:checked") : form.querySelector("button")).focus();
  });
})();
