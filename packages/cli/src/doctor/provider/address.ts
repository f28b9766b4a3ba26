// Checks of the issuer's address, before anything is asked.
import { isLoopback } from "../../answer.ts";
import type { Check } from "../../finding.ts";
import type { ProviderFacts } from "./facts.ts";

const isHttp = ({ issuer }: ProviderFacts) => /^http:/i.test(issuer);
const isOpen = (facts: ProviderFacts) => isHttp(facts) && !isLoopback(facts.issuer);
const isOwnMachine = (facts: ProviderFacts) =>
  isHttp(facts) && isLoopback(facts.issuer) && !facts.insecureAllowLoopback;

export const addressChecks: readonly Check<ProviderFacts>[] = [
  {
    id: "issuer_not_https",
    level: "mend",
    says: "The issuer is http: whoever is on the way can answer with keys of their own",
    mend: "Give the provider TLS, and tell it its public https URL (behind a proxy: Keycloak's KC_HOSTNAME, for example). Its tokens' iss changes with it.",
    test: isOpen,
  },
  {
    id: "issuer_loopback",
    level: "mend",
    says: "The issuer is http on this machine, which is for development only",
    mend: "In development: --insecure-allow-loopback here, `insecureAllowLoopback: true` in the API. Elsewhere: https.",
    test: isOwnMachine,
  },
  {
    id: "configuration_refused",
    level: "mend",
    says: "The library refuses this configuration at start",
    mend: "Change the option that the sentence names: an API with this configuration does not start.",
    test: (facts) => (isOpen(facts) || isOwnMachine(facts) ? undefined : facts.refused),
  },
  {
    id: "audience_not_given",
    level: "note",
    says: "No --audience was given: what depends on it was not looked at",
    test: ({ options }) => options.audience === undefined,
  },
];
