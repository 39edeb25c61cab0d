// The identity provider for development: two realms of invented people, who sign in by being picked from a list.
//
//   node provider.mjs SETTINGS.json
//
// local_platform.identity writes the settings. Each realm is an issuer of its own, with its own keys, client, sessions
// and people, so that a token or a code of one is worth nothing in the other. Nothing but the keys outlives a restart.
import { createPrivateKey, createPublicKey, createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Provider, errors } from "oidc-provider";
import { showChoice, showEnd, showError } from "./pages.mjs";

const ACCESS_SECONDS = 5 * 60;

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const people = JSON.parse(readFileSync(new URL("people.json", import.meta.url), "utf8"));

const realms = Object.fromEntries(Object.entries(settings.realms).map(([name, realm]) => [name, openRealm(name, realm)]));

createServer((request, response) => {
  const name = request.url.split("/", 2)[1];
  if (!Object.hasOwn(realms, name)) {
    response.writeHead(404).end();
    return;
  }
  // oidc-provider finds from both addresses that it is served below /<realm>.
  request.originalUrl = request.url;
  request.url = request.url.slice(name.length + 1) || "/";
  realms[name](request, response).catch((error) => {
    console.error(error.name);
    if (!response.headersSent) response.writeHead(500).end();
  });
}).listen(settings.port, "127.0.0.1", () => console.log(`ready on port ${settings.port}`));

function openRealm(name, realm) {
  const known = new Map(people[name].map((person) => [person.sub, person]));
  const resource = `urn:stodvag:${name}`;
  // Where signing in begins: below it lies the address that it comes back to.
  const start = new URL(".", realm.redirect_uri).href.replace(/\/$/, "");
  const key = readKey(realm.key_file);

  const provider = new Provider(realm.issuer, {
    clients: [
      {
        client_id: realm.client_id,
        client_secret: readFileSync(realm.secret_file, "utf8"),
        token_endpoint_auth_method: "client_secret_post",
        redirect_uris: [realm.redirect_uri],
        post_logout_redirect_uris: [realm.post_logout_redirect_uri],
        grant_types: ["authorization_code", "refresh_token"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [key] },
    scopes: ["openid"],
    pkce: { required: () => true },
    // Seconds. A refresh token ends with the session at the provider: whoever signs out is out everywhere.
    ttl: {
      AccessToken: ACCESS_SECONDS,
      AuthorizationCode: 60,
      IdToken: realm.idle_seconds,
      Interaction: 10 * 60,
      RefreshToken: realm.longest_seconds,
      Grant: realm.longest_seconds,
      Session: realm.idle_seconds,
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    // Two tabs may renew at the same moment, and the client has a secret of its own: the refresh token stays.
    rotateRefreshToken: false,
    findAccount: async (_ctx, sub) =>
      known.has(sub) ? { accountId: sub, claims: async () => ({ sub }) } : undefined,
    // The one client is ours: nobody is asked to consent.
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      const existing = session.grantIdFor(client.clientId);
      if (existing) return ctx.oidc.provider.Grant.find(existing);
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid");
      grant.addResourceScope(resource, "openid");
      await grant.save();
      return grant;
    },
    extraTokenClaims: async (_ctx, token) => {
      const { roles = [], boards = [] } = known.get(token.accountId);
      return { roles, boards: boards.map((index) => settings.boards[index]).filter(Boolean) };
    },
    interactions: { url: (_ctx, interaction) => `/${name}/interaction/${interaction.uid}` },
    cookies: {
      keys: [randomBytes(32).toString("base64")],
      names: { session: `_${name}_session`, interaction: `_${name}_interaction`, resume: `_${name}_resume` },
      long: { signed: true },
      short: { signed: true },
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "openid",
          audience: realm.audience,
          accessTokenTTL: ACCESS_SECONDS,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = showEnd(form);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = showError("Du är utloggad.", start);
        },
      },
    },
    renderError: (ctx, out) => {
      ctx.type = "html";
      ctx.body = showError(`Det gick inte att logga in (${out.error}).`, start);
    },
  });

  const serve = provider.callback();
  const show = (response, status, page) => {
    response.writeHead(status, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
    response.end(page);
  };
  return async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return serve(request, response);
    try {
      if (request.method === "POST") {
        const sub = new URLSearchParams(await readBody(request)).get("sub");
        return await provider.interactionFinished(request, response, { login: { accountId: sub } });
      }
      await provider.interactionDetails(request, response);
      show(response, 200, showChoice(name, people[name]));
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      show(response, 400, showError("Det tog för lång tid, eller så är du redan inloggad.", start));
    }
  };
}

function readKey(file) {
  const key = createPrivateKey(readFileSync(file));
  const { x, y } = createPublicKey(key).export({ format: "jwk" });
  const kid = createHash("sha256").update(`${x}.${y}`).digest("hex").slice(0, 16);
  return { ...key.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };
}

async function readBody(request) {
  let body = "";
  for await (const part of request.setEncoding("utf8")) {
    body += part;
    if (body.length > 1000) throw new RangeError("the body is too large");
  }
  return body;
}
