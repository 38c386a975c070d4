// What pages of the panel do besides showing: everything works without it, but by more clicks.

// Escape closes an open question; it is asked again when it is opened again.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.confirm[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// Only one question stands open at a time.
document.addEventListener("toggle", (event) => {
  const opened = event.target;
  if (!opened.matches("details.confirm") || !opened.open) return;
  for (const other of document.querySelectorAll("details.confirm[open]")) {
    if (other !== opened) other.open = false;
  }
}, true);

// After a refused form, the first field with a fault has the keyboard.
const fault = document.querySelector("[aria-invalid=true]");
if (fault) fault.focus();

// A button that prints the page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A part of a page that was refused is replaced by the whole answer, which says why.
document.addEventListener("htmx:responseError", () => window.location.reload());

// Fields that what was chosen does not use are hidden, unless something stands in them.
function showUsed(form) {
  const chosen = document.getElementById(form.dataset.kind);
  for (const field of form.querySelectorAll("[data-only]")) {
    const used = field.dataset.only.split(" ").includes(chosen.value);
    const filled = field.querySelector("[aria-invalid=true], input:checked, input.form-control:not([value='']):not([value='0']):not([value='0,00']):not([value='0.00'])");
    field.hidden = !used && !filled;
  }
}
for (const form of document.querySelectorAll("[data-kind]")) {
  showUsed(form);
  document.getElementById(form.dataset.kind).addEventListener("change", () => showUsed(form));
}
