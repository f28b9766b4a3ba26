// `sallyport doctor --issuer`: every check of a provider in one table, and what comes of it.
import { type Check, lifted, runChecks } from "../../finding.ts";
import type { Io } from "../../io.ts";
import type { Examination } from "../../report.ts";
import { addressChecks } from "./address.ts";
import { gatherProvider, type ProviderFacts, type ProviderQuestion } from "./facts.ts";
import { keyAnswerChecks, keyChecks } from "./keys.ts";
import { documentChecks, metadataAnswerChecks } from "./metadata.ts";
import { offerNotes, signatureChecks, signInChecks } from "./offers.ts";
import { presetChecks } from "./preset.ts";
import { cacheChecks, clockChecks } from "./transport.ts";

const withDocument = (facts: ProviderFacts) => facts.document && { ...facts, document: facts.document };
const withKeys = (facts: ProviderFacts) => facts.keys && { ...facts, keys: facts.keys };

/** All checks of a provider, by subject; `docs/doctor.md` is made of them. */
export const providerTables: Readonly<Record<string, readonly Check<ProviderFacts>[]>> = {
  "The issuer's address": addressChecks,
  "The metadata document": [
    ...lifted(metadataAnswerChecks, ({ metadata }: ProviderFacts) => metadata),
    ...lifted(documentChecks, withDocument),
  ],
  "The keys": [
    ...lifted(keyAnswerChecks, ({ keySet }: ProviderFacts) => keySet),
    ...lifted(keyChecks, withKeys),
    ...lifted(cacheChecks, ({ keySet }: ProviderFacts) => keySet),
  ],
  "The clock": lifted(clockChecks, ({ metadata, keySet }: ProviderFacts) => metadata ?? keySet),
  "What the provider offers": [
    ...lifted(signatureChecks, withDocument),
    ...lifted(signInChecks, withDocument),
    ...lifted(offerNotes, withDocument),
  ],
  "The preset": presetChecks,
};

/** Said only where no check above has found the reason: a doctor that calls well what the library refuses is worse than none. */
export const lastWord: Check<ProviderFacts> = {
  id: "library_refuses",
  level: "mend",
  says: "The library can't use this provider",
  mend: "The sentence says which step failed; `auth.ready()` in the API says the same.",
  test: ({ notReady }) => notReady && `The library can't use this provider: ${notReady.message}`,
};

/** Examines a provider. */
export async function examineProvider(question: ProviderQuestion, io: Io): Promise<Examination> {
  const facts = await gatherProvider(question, io);
  const found = runChecks(Object.values(providerTables).flat(), facts);
  const explained = found.some(({ level }) => level === "mend");
  const findings = explained ? found : [...found, ...runChecks([lastWord], facts)];
  return {
    subject: facts.issuer,
    facts: {
      issuer: facts.issuer,
      preset: facts.chosen.name,
      keys: facts.keys?.map(({ jwk: { kid, kty, alg, use }, flaw }) => ({ kid, kty, alg, use, flaw })) ?? [],
    },
    findings,
    well: "This provider can be used.",
    unreachable: (facts.metadata ?? facts.keySet)?.status === 0,
  };
}
