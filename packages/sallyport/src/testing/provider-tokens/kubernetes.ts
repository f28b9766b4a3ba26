// Sample service account tokens of Kubernetes (https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/).
import { basics, jwt, type ProviderToken, type SampleContext, untyped } from "./types.ts";

const serviceaccount = { name: "worker", uid: "00000000-0000-4000-8000-0000000000a1" };

function pod(context: SampleContext) {
  return {
    ...basics(context),
    aud: [context.audience],
    exp: context.now + 3607,
    nbf: context.now,
    jti: "00000000-0000-4000-8000-000000000001",
    "kubernetes.io": {
      namespace: "shop",
      node: { name: "node-1", uid: "00000000-0000-4000-8000-0000000000b1" },
      pod: { name: "worker-0", uid: "00000000-0000-4000-8000-0000000000c1" },
      serviceaccount,
      warnafter: context.now + 3000,
    },
    sub: "system:serviceaccount:shop:worker",
  };
}

/** From a Secret, of the kind made before 1.24: no audience, no end. */
function legacy(context: SampleContext) {
  const { iat } = basics(context);
  return {
    iss: "kubernetes/serviceaccount",
    iat,
    "kubernetes.io/serviceaccount/namespace": "shop",
    "kubernetes.io/serviceaccount/secret.name": "worker-token-abcde",
    "kubernetes.io/serviceaccount/service-account.name": "worker",
    "kubernetes.io/serviceaccount/service-account.uid": serviceaccount.uid,
    sub: "system:serviceaccount:shop:worker",
  };
}

const refused = (
  id: string,
  code: ProviderToken["code"] & string,
  claims: ProviderToken["claims"],
): ProviderToken => ({ id, use: "internal", code, header: untyped, claims });

export const kubernetesTokens: readonly ProviderToken[] = [
  { id: "pod", use: "access", header: untyped, claims: pod },
  { id: "external-signer", use: "access", header: jwt, claims: pod },
  {
    id: "several-audiences",
    use: "access",
    header: untyped,
    claims: (context) => ({ ...pod(context), aud: [context.audience, "vault"] }),
  },
  {
    id: "before-1.29",
    use: "access",
    header: untyped,
    claims: (context) => ({ ...pod(context), jti: undefined }),
  },
  {
    id: "extended",
    use: "access",
    header: untyped,
    claims: (context) => ({ ...pod(context), exp: context.now + 31_536_000 }),
  },
  {
    id: "of-no-pod",
    use: "access",
    header: untyped,
    claims: (context) => ({ ...pod(context), "kubernetes.io": { namespace: "shop", serviceaccount } }),
  },
  refused("legacy", "invalid_issuer", legacy),
  refused("legacy-of-this-issuer", "missing_claim", (context) => ({
    ...legacy(context),
    iss: context.issuer,
  })),
  refused("legacy-with-everything", "wrong_token_type", (context) => ({
    ...legacy(context),
    ...basics(context),
  })),
  refused("of-another-account", "wrong_token_type", (context) => ({
    ...pod(context),
    sub: "system:serviceaccount:shop:admin",
  })),
  refused("of-no-account", "wrong_token_type", (context) => ({
    ...pod(context),
    "kubernetes.io": { namespace: "shop" },
  })),
  refused("for-the-api-server", "invalid_audience", (context) => ({
    ...pod(context),
    aud: ["https://kubernetes.default.svc.cluster.local"],
  })),
];
