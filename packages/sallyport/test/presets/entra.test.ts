// Entra ID: one tenant, several, and whose key may sign for whom.
import { beforeAll, describe, expect, test } from "vitest";
import { createVerifier, type VerifierOptions } from "../../src/index.ts";
import { createTestKey, signJws, type TestKey } from "../../src/testing/index.ts";
import { codeOf, now, sampleOf } from "./kit.ts";

const ours = "00000000-0000-4000-8000-0000000000f1";
const second = "00000000-0000-4000-8000-0000000000f2";
const stranger = "00000000-0000-4000-8000-0000000000f3";
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
const upper = "ABCDEF00-0000-4000-8000-00000000000A";

const v2 = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
const v1 = (tenant: string) => `https://sts.windows.net/${tenant}/`;
const keysUrl = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

let shared: TestKey;
let forConsumers: TestKey;
let forUs: TestKey;
let unmarked: TestKey;

beforeAll(async () => {
  [shared, forConsumers, forUs, unmarked] = (await Promise.all(
    ["shared", "consumers", "ours", "unmarked"].map((kid) => createTestKey("RS256", kid)),
  )) as [TestKey, TestKey, TestKey, TestKey];
});

/** As the provider publishes it: no `alg`, and the key's issuer. */
function published(key: TestKey, issuer?: string) {
  const { alg: _, ...jwk } = key.jwk;
  return issuer === undefined ? jwk : { ...jwk, issuer };
}

function provider(options: VerifierOptions, documents: Record<string, unknown> = {}) {
  const fetched: string[] = [];
  const all: Record<string, unknown> = {
    [keysUrl]: {
      keys: [
        published(shared, v2("{tenantid}")),
        published(forConsumers, v2(consumers)),
        published(forUs, v2(ours)),
        published(unmarked),
      ],
    },
    ...documents,
  };
  const verifier = createVerifier(
    { audience: "my-api", ...options },
    {
      now: () => now * 1000,
      fetch: async (url) => {
        fetched.push(String(url));
        const document = all[String(url)];
        return document ? Response.json(document) : new Response("not found", { status: 404 });
      },
    },
  );
  return { verifier, fetched };
}

const metadata = (where: string, issuer: string) => ({
  [`${where.replace(/\/$/, "")}/.well-known/openid-configuration`]: { issuer, jwks_uri: keysUrl },
});

async function token(tenant: string, changes: object = {}, key: TestKey = shared, sample = "person") {
  const { header, claims } = sampleOf("entra", sample);
  const iss = sample.endsWith("v1") ? v1(tenant) : v2(tenant);
  return signJws({ ...header, alg: "RS256", kid: key.kid }, { ...claims, iss, tid: tenant, ...changes }, key);
}

describe("one tenant", () => {
  const documents = metadata(v2(ours), v2(ours));

  test.each([
    ["tenantId alone", { tenantId: ours }],
    ["the issuer alone", { issuer: v2(ours) }],
    ["tenants of one", { tenants: [ours] }],
  ] as const)("%s: both versions of that tenant, and nobody else's", async (_, options) => {
    const { verifier, fetched } = provider(options, documents);
    expect(await codeOf(verifier.verify(await token(ours)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours, {}, shared, "person-v1")))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours, {}, shared, "application")))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(stranger)))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(stranger, {}, shared, "person-v1")))).toBe(
      "invalid_issuer",
    );
    expect(await codeOf(verifier.verify(await token(consumers)))).toBe("invalid_issuer");
    expect(fetched).toEqual([`${v2(ours)}/.well-known/openid-configuration`, keysUrl]);
    expect(verifier.health().issuers[0]?.preset).toBe("entra");
  });

  test("the first version's issuer works too", async () => {
    const { verifier } = provider({ issuer: v1(ours) }, metadata(v1(ours), v1(ours)));
    expect(await codeOf(verifier.verify(await token(ours, {}, shared, "person-v1")))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours)))).toBe("accepted");
  });

  test("another provider's cloud has its own issuers", async () => {
    const issuer = `https://login.microsoftonline.us/${ours}/v2.0`;
    const { verifier } = provider({ issuer }, metadata(issuer, issuer));
    expect(await codeOf(verifier.verify(await token(ours, { iss: issuer }, unmarked)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours, {}, unmarked)))).toBe("invalid_issuer");
  });

  test("upper case in the configured tenant is the same tenant, in a token it is not", async () => {
    const lower = upper.toLowerCase();
    const { verifier } = provider({ tenantId: upper }, metadata(v2(lower), v2(lower)));
    expect(await codeOf(verifier.verify(await token(lower)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(upper)))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(lower, { tid: upper })))).toBe("invalid_issuer");
  });

  test("tid says the tenant of iss; without it, iss is enough for one tenant", async () => {
    const { verifier } = provider({ tenantId: ours }, documents);
    for (const tid of [stranger, consumers, "", 1, null, [ours], { id: ours }, `${ours} `]) {
      expect(await codeOf(verifier.verify(await token(ours, { tid }))), String(tid)).toBe("invalid_issuer");
    }
    const identity = await verifier.verify(await token(ours, { tid: undefined }));
    expect(identity.userId).toBe(identity.subject);
  });

  test("iss is compared to the letter", async () => {
    const { verifier } = provider({ tenantId: ours }, documents);
    for (const iss of [
      `${v2(ours)}/`,
      v1(ours).slice(0, -1),
      v2(ours).replace("v2.0", "V2.0"),
      `https://login.microsoftonline.com/${ours}`,
      `https://login.microsoftonline.com/common/v2.0`,
      v2("{tenantid}"),
      `https://login.microsoftonline.com.attacker.example/${ours}/v2.0`,
      `https://attacker.example/${v2(ours)}`,
    ]) {
      expect(await codeOf(verifier.verify(await token(ours, { iss }))), iss).toBe("invalid_issuer");
    }
  });

  test("the version and the issuer agree", async () => {
    const { verifier } = provider({ tenantId: ours }, documents);
    const first = await token(ours, { ver: "1.0", appid: "c1", azp: undefined });
    const latter = await token(ours, { ver: "2.0", azp: "c1", appid: undefined }, shared, "person-v1");
    expect(await codeOf(verifier.verify(first))).toBe("wrong_token_type");
    expect(await codeOf(verifier.verify(latter))).toBe("wrong_token_type");
  });
});

describe("several tenants", () => {
  const common = "https://login.microsoftonline.com/common/v2.0";
  const documents = metadata(common, v2("{tenantid}"));

  test.each([
    ["tenants alone", { tenants: [ours, second] }],
    ["tenants with the shared issuer", { issuer: common, tenants: [ours, second] }],
  ])("%s: those on the list, in both versions, and no other", async (_, options) => {
    const { verifier } = provider(options, documents);
    for (const tenant of [ours, second]) {
      expect(await codeOf(verifier.verify(await token(tenant)))).toBe("accepted");
      expect(await codeOf(verifier.verify(await token(tenant, {}, shared, "person-v1")))).toBe("accepted");
    }
    for (const tenant of [stranger, consumers, "common", "{tenantid}", "*"]) {
      expect(await codeOf(verifier.verify(await token(tenant)))).toBe("invalid_issuer");
    }
  });

  test("tid must be there and be the tenant of iss", async () => {
    const { verifier } = provider({ tenants: [ours, second] }, documents);
    expect(await codeOf(verifier.verify(await token(ours, { tid: second })))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(ours, { tid: stranger })))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(ours, { tid: undefined })))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(stranger, { tid: ours })))).toBe("invalid_issuer");
  });

  test("the same subject in two tenants is two users", async () => {
    const { verifier } = provider({ tenants: [ours, second] }, documents);
    const one = await verifier.verify(await token(ours));
    const other = await verifier.verify(await token(second));
    expect(one.subject).toBe(other.subject);
    expect(one.userId).not.toBe(other.userId);
    expect(one.issuer).not.toBe(other.issuer);
  });

  test("the metadata of another issuer is refused", async () => {
    for (const issuer of [
      v2("{tenant}"),
      v2(stranger),
      "https://attacker.example/{tenantid}/v2.0",
      v2("*"),
    ]) {
      const { verifier } = provider({ tenants: [ours, second] }, metadata(common, issuer));
      expect(await codeOf(verifier.verify(await token(ours))), issuer).toBe("discovery_failed");
    }
  });

  test("organizations is a shared issuer with metadata of its own", async () => {
    const issuer = "https://login.microsoftonline.com/organizations/v2.0";
    const { verifier, fetched } = provider(
      { issuer, tenants: [ours, second] },
      metadata(issuer, v2("{tenantid}")),
    );
    expect(await codeOf(verifier.verify(await token(second)))).toBe("accepted");
    expect(fetched[0]).toBe(`${issuer}/.well-known/openid-configuration`);
  });
});

describe("whose key", () => {
  const all = { tenants: [ours, second, consumers] };
  const documents = metadata("https://login.microsoftonline.com/common/v2.0", v2("{tenantid}"));

  test("a key of all tenants signs for each of them", async () => {
    const { verifier } = provider(all, documents);
    for (const tenant of [ours, second, consumers]) {
      expect(await codeOf(verifier.verify(await token(tenant)))).toBe("accepted");
    }
  });

  test("the consumers' key signs for the consumers alone", async () => {
    const { verifier } = provider(all, documents);
    expect(await codeOf(verifier.verify(await token(consumers, {}, forConsumers)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours, {}, forConsumers)))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(ours, {}, forConsumers, "person-v1")))).toBe(
      "invalid_issuer",
    );
  });

  test("one tenant's key signs for it alone, in both versions", async () => {
    const { verifier } = provider(all, documents);
    expect(await codeOf(verifier.verify(await token(ours, {}, forUs)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours, {}, forUs, "person-v1")))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(second, {}, forUs)))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(consumers, {}, forUs)))).toBe("invalid_issuer");
  });

  test("so it is for a verifier of one tenant, which reads the same keys", async () => {
    const { verifier } = provider({ tenantId: ours }, metadata(v2(ours), v2(ours)));
    expect(await codeOf(verifier.verify(await token(ours, {}, forConsumers)))).toBe("invalid_issuer");
    expect(await codeOf(verifier.verify(await token(ours, {}, forUs)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours, {}, unmarked)))).toBe("accepted");
  });

  test("a key whose issuer is no name signs for nobody", async () => {
    for (const issuer of [7, null, [v2("{tenantid}")], {}, ""]) {
      const keys = { [keysUrl]: { keys: [{ ...published(shared), issuer }] } };
      const { verifier } = provider(all, { ...documents, ...keys });
      expect(await codeOf(verifier.verify(await token(ours))), String(issuer)).toBe("invalid_issuer");
    }
  });

  test("the tenant is put wherever the key's issuer leaves it open", async () => {
    const ciam = (tenant: string) => `https://${tenant}.ciamlogin.com/${tenant}/v2.0`;
    const keys = { [keysUrl]: { keys: [published(shared, ciam("{tenantid}"))] } };
    const { verifier } = provider({ issuer: ciam(ours) }, { ...metadata(ciam(ours), ciam(ours)), ...keys });
    const claims = { iss: ciam(ours) };
    expect(await codeOf(verifier.verify(await token(ours, claims)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(second, claims)))).toBe("invalid_issuer");
  });

  test("two keys of one kid and different issuers are kept apart", async () => {
    const twin: TestKey = { ...forConsumers, kid: forUs.kid };
    const keys = [
      { ...published(forConsumers, v2(consumers)), kid: forUs.kid },
      published(forUs, v2("{tenantid}")),
    ];
    const { verifier } = provider(all, { ...documents, [keysUrl]: { keys } });
    expect(await codeOf(verifier.verify(await token(ours, {}, forUs)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(consumers, {}, twin)))).toBe("accepted");
    expect(await codeOf(verifier.verify(await token(ours, {}, twin)))).toBe("invalid_signature");
  });

  test("keys without alg are RS256's, and no other algorithm's", async () => {
    const { verifier } = provider(all, documents);
    await verifier.ready();
    expect(new Set(verifier.signingKeys().map(({ algorithm }) => algorithm))).toEqual(new Set(["RS256"]));
    const { claims } = sampleOf("entra", "person");
    for (const alg of ["RS384", "RS512", "PS256"]) {
      const other = await signJws({ typ: "JWT", alg, kid: shared.kid }, claims, shared);
      expect(await codeOf(verifier.verify(other)), alg).toBe("disallowed_alg");
    }
  });
});

describe("what the configuration refuses", () => {
  test.each([
    ["no tenant", { preset: "entra" }, /`tenants` is missing/],
    ["the shared issuer without tenants", { issuer: v2("common") }, /`tenants` is missing/],
    ["a tenant by name", { tenantId: "example.onmicrosoft.com" }, /takes tenant ids \(GUIDs\)/],
    ["an issuer by name", { issuer: v2("example.onmicrosoft.com") }, /takes the tenant's id \(a GUID\)/],
    ["a pattern", { tenants: ["*"] }, /takes tenant ids \(GUIDs\)/],
    ["common as a tenant", { tenants: ["common"] }, /takes tenant ids \(GUIDs\)/],
    ["no tenants", { tenants: [] }, /`tenants` takes/],
    ["both", { tenantId: ours, tenants: [ours] }, /exclude each other/],
    [
      "another tenant than the issuer's",
      { issuer: v2(ours), tenantId: second },
      /already names the one tenant/,
    ],
    [
      "an issuer of no known form",
      { issuer: `https://login.microsoftonline.com/${ours}` },
      /`issuer` takes https/,
    ],
    ...["common/v2.0?x=1", "common/v2.0/", "common", "organizations/v2.0/x"].map(
      (path): [string, object, RegExp] => [
        `the shared issuer as ${path}`,
        { issuer: `https://login.microsoftonline.com/${path}`, tenants: [ours] },
        /`issuer` takes https/,
      ],
    ),
    [
      "the shared issuer at a port",
      { issuer: "https://login.microsoftonline.com:8443/common/v2.0", tenants: [ours] },
      /`issuer` takes https/,
    ],
    [
      "an issuer elsewhere",
      { preset: "entra", issuer: `https://example.com/${ours}/v2.0` },
      /not a URL of this preset/,
    ],
    [
      "a tenant with another preset",
      { preset: "auth0", issuer: "https://a.auth0.com/", tenantId: ours },
      /preset entra only/,
    ],
  ] as const)("%s", (_, options, sentence) => {
    expect(() => createVerifier({ audience: "my-api", ...(options as VerifierOptions) })).toThrow(sentence);
  });
});

test("too many groups to list grant nothing, and nobody is asked for the rest", async () => {
  const { verifier, fetched } = provider({ tenantId: ours }, metadata(v2(ours), v2(ours)));
  const { claims } = sampleOf("entra", "person-in-too-many-groups");
  const { groups: _, ...rest } = claims;
  const identity = await verifier.verify(await token(ours, { ...rest, groups: undefined }));
  expect(identity.groups).toEqual([]);
  expect((await verifier.verify(await token(ours, { groups: "src1" }))).groups).toEqual(["src1"]);
  expect(fetched).toHaveLength(2);
});

test("wids are no roles", async () => {
  const { verifier } = provider({ tenantId: ours }, metadata(v2(ours), v2(ours)));
  const identity = await verifier.verify(await token(ours, { roles: undefined }));
  expect(identity.roles).toEqual([]);
});
