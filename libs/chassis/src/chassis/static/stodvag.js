// All that a page does with a script, and can do without: leaving in one step, with nothing typed left behind.
document.querySelector("#leave")?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const field of document.querySelectorAll("input, textarea, select")) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else field.value = "";
  }
  document.title = "";
  document.body.hidden = true;
  location.replace(event.currentTarget.href);
});
