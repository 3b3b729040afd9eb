// SPDX-License-Identifier: AGPL-3.0-or-later
// A real OpenID provider for the tests: node tests/oidc/provider.mjs PORT SITE. Who types a name is that person.
import { Provider } from "oidc-provider";

const [port, site] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

// The login name says everything: "anna" has a verified mailbox, "falsa.anna" claims the same one unverified.
function claimsOf(login) {
  const verified = !login.startsWith("falsa.");
  const name = login.replace("falsa.", "");
  return { sub: login, email: `${name}@ente.example`, email_verified: verified, name: `Nome ${name}` };
}

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "twin-metro",
      client_secret: "un-segreto-di-prova-abbastanza-lungo",
      redirect_uris: [`${site}/accedi/ente/ritorno`],
      post_logout_redirect_uris: [`${site}/`],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  acrValues: ["livello-2"],
  claims: { openid: ["sub"], acr: null, auth_time: null, email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  cookies: { keys: ["una-chiave-di-prova"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
});

provider.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
