// All that a page does with a script, and can do without: leaving in one step with nothing typed left behind, keeping
// what is typed through a lost connection and the back button, and sending a form once however often it is pressed.
const form = document.querySelector("#answers");
const forCitizens = document.documentElement.dataset.audience === "citizen";
const cameBack = () => performance.getEntriesByType("navigation")[0]?.type !== "navigate";

// What is typed stays in this tab alone, as long as it is open. A browser that allows no storage keeps nothing.
const tab = { read: () => null, write: () => {}, forget: () => {} };
try {
  const storage = window.sessionStorage;
  tab.read = (key) => storage.getItem(key);
  tab.write = (key, value) => storage.setItem(key, value);
  tab.forget = () => storage.clear();
} catch {}

const fields = () =>
  [...form.elements].filter((each) => each.name && each.type !== "hidden" && !["step", "code", "draft"].includes(each.name));
const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
const nameOf = (field) => (isTicked(field) ? `${field.name}=${field.value}` : field.name);
const typed = () => JSON.parse(tab.read(location.pathname) ?? "{}");

function keep() {
  if (tab.read("left")) tab.forget(); // Somebody has come again, and writes anew.
  const now = Object.fromEntries(fields().map((each) => [nameOf(each), isTicked(each) ? each.checked : each.value]));
  tab.write(location.pathname, JSON.stringify({ ...typed(), ...now }));
}

function fillIn() {
  const before = typed();
  for (const field of fields()) {
    if (!(nameOf(field) in before)) continue;
    if (isTicked(field)) field.checked = before[nameOf(field)];
    else field.value = before[nameOf(field)];
  }
}

if (forCitizens) {
  if (form) {
    if (cameBack()) fillIn();
    form.addEventListener("input", keep);
  }
  // A receipt: all is sent, or kept under a code.
  if (document.querySelector(".receipt")) tab.forget();
}

document.querySelector("#leave")?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const field of document.querySelectorAll("input, textarea, select")) {
    if (isTicked(field)) field.checked = false;
    else field.value = "";
  }
  tab.forget();
  tab.write("left", "yes");
  document.title = "";
  document.body.hidden = true;
  location.replace(event.currentTarget.href);
});

// Earlier pages are still in the browser's history. Whoever goes back to one after leaving sees the first page instead.
addEventListener("pageshow", (event) => {
  delete form?.dataset.sent;
  if (forCitizens && tab.read("left") && (event.persisted || cameBack())) {
    document.body.hidden = true;
    location.replace("/");
  }
});

form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  // A connection that is lost without an answer leaves the page standing: it can be tried again.
  setTimeout(() => delete form.dataset.sent, 5000);
});
