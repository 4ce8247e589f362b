// An identity provider on loopback: npm's oidc-provider, with one client and
// people who say yes at once.
import { createServer } from 'node:http';
import { once } from 'node:events';
import Provider from 'oidc-provider';

/** Starts it; `person` is who signs in there: { sub, email, name }. */
export async function openProvider({ client, secret, person }) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const house = { issuer, person, redirects: [], requests: 0 };
  const start = () => {
    const provider = new Provider(issuer, {
      clients: [{ client_id: client, client_secret: secret, redirect_uris: house.redirects, response_types: ['code'], grant_types: ['authorization_code'] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      features: { devInteractions: { enabled: false } },
      conformIdTokenClaims: false, // email in the id token too, as the large providers do
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ email_verified: true, ...house.person, sub }) }),
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      cookies: { keys: ['only for a test'] },
    });
    return provider;
  };
  let provider;
  server.on('request', async (request, response) => {
    house.requests++;
    provider ??= start();
    if (!request.url.startsWith('/interaction/')) return provider.callback()(request, response);
    const details = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: house.person.sub, clientId: details.params.client_id });
    grant.addOIDCScope(details.params.scope);
    const grantId = await grant.save();
    return provider.interactionFinished(request, response, { login: { accountId: house.person.sub }, consent: { grantId } }, { mergeWithLastSubmission: false });
  });
  house.stop = () => new Promise((done) => { server.closeAllConnections(); server.close(done); });
  return house;
}
