// A provider on loopback: metadata and keys of a fake issuer, held back as long as a scenario likes.
import { createServer } from "node:http";

/**
 * @param {(issuer: string) => { jwks: () => Promise<unknown> }} makeIssuer told the URL that this server listens on
 */
export async function startKeyServer(makeIssuer) {
  const seen = [];
  let gate = Promise.resolve();
  let open = () => {};
  let idp;
  const url = () =>
    `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
  const server = createServer(async (request, response) => {
    seen.push(request.url);
    await gate;
    const body = request.url === "/keys" ? await idp.jwks() : { issuer: url(), jwks_uri: `${url()}/keys` };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  idp = makeIssuer(url());
  return {
    idp,
    seen,
    hold() {
      gate = new Promise((resolve) => {
        open = () => resolve(undefined);
      });
    },
    release: () => open(),
    close() {
      open();
      server.closeAllConnections();
      server.close();
    },
  };
}
