// Only what a page can do without: leaving in one step without a trace in the history, and focus on what is wrong.
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
document.querySelector(".error-summary")?.focus();
