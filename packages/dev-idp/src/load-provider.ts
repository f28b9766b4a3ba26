// Loads oidc-provider when it is first needed, and keeps its advice about runtimes off the console.
/// <reference path="./oidc-provider.d.ts" />

export type ProviderModule = typeof import("oidc-provider");

let loading: Promise<ProviderModule> | undefined;

/** Resolves to the oidc-provider module; loaded once, and only by those who start a provider. */
export function loadProvider(): Promise<ProviderModule> {
  loading ??= importQuietly();
  return loading;
}

// On import, oidc-provider 9 warns on the console about every Node older than 22. Node 20 has all that it uses here
// (this package's tests run on it), so that one line is dropped; whatever else is written meanwhile passes through.
async function importQuietly(): Promise<ProviderModule> {
  const { console } = globalThis;
  const { warn } = console;
  const filtered = (...values: unknown[]) => {
    if (!String(values[0]).includes("oidc-provider WARNING: Unsupported runtime"))
      warn.apply(console, values);
  };
  console.warn = filtered;
  try {
    return await import("oidc-provider");
  } finally {
    if (console.warn === filtered) console.warn = warn;
  }
}
