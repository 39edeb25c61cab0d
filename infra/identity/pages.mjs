// The pages of the identity provider for development. They show nothing that was sent to them.

const STYLE = `
  :root { color-scheme: light; font: 1.0625rem/1.5 system-ui, sans-serif; color: #1c2b2b; background: #f3f6f5; }
  body { margin: 0; }
  .notice { margin: 0; padding: 0.75rem 1rem; background: #ffe08a; border-block-end: 3px solid #8a5a00; text-align: center; }
  main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.625rem; line-height: 1.25; margin: 0 0 0.5rem; }
  p { margin: 0 0 1.25rem; }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.625rem; }
  button { font: inherit; text-align: start; width: 100%; padding: 0.75rem 1rem; min-height: 3.25rem; cursor: pointer;
    color: inherit; background: #fff; border: 1px solid #6b8381; border-radius: 0.5rem; }
  button strong { display: block; }
  form > button { width: auto; font-weight: 600; }
  a { color: #0b5e57; font-weight: 600; }
  button:hover { border-color: #0b5e57; background: #eaf4f2; }
  button:focus-visible { outline: 3px solid #0b5e57; outline-offset: 2px; }
`;

const AUDIENCES = {
  staff: { title: "Logga in som personal", text: "Välj vem du vill vara. Alla är påhittade." },
  citizens: { title: "Logga in på Mina sidor", text: "Välj vem du vill vara. Alla är påhittade." },
};

export function showChoice(realm, people) {
  const { title, text } = AUDIENCES[realm];
  const choices = people.map(
    ({ sub, name, title }) =>
      `<li><button name="sub" value="${sub}"><strong>${name}</strong>${title}</button></li>`,
  );
  return page(title, `<p>${text}</p><form method="post"><ul>${choices.join("")}</ul></form>`);
}

// Signing out was asked for by the page that led here, and needs no second question. Without a script, a button.
export function showEnd(form) {
  const confirm = '<input type="hidden" name="logout" value="yes"><button>Logga ut</button></form>';
  return page("Du loggas ut", `${form.replace("</form>", confirm)}<script>document.forms[0].submit()</script>`);
}

export function showError(text, start) {
  return page("Inloggning", `<p>${text}</p><p><a href="${start}">Logga in</a></p>`);
}

function page(title, content) {
  return `<!doctype html>
<html lang="sv">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – endast för utveckling</title>
<style>${STYLE}</style>
<p class="notice"><strong>Endast för utveckling.</strong> Här loggar ingen in på riktigt.</p>
<main><h1>${title}</h1>${content}</main>
</html>
`;
}
