// A certified OpenID Connect provider with its own login pages, for tests: it believes any name.
// node provider.mjs PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI AFTER_LOGOUT_URI
import Provider from "oidc-provider";

const [port, client_id, client_secret, redirect_uri, after_logout] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id, client_secret, redirect_uris: [redirect_uri], post_logout_redirect_uris: [after_logout], response_types: ["code"] }],
  claims: { profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({ sub: `sub-of-${name}`, preferred_username: name }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
