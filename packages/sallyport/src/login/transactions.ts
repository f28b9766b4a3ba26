// A sign-in on its way: sealed in a cookie of its own, so that tabs don't meet, and good for one callback.
import { platform } from "#platform";
import { type CookieChange, type CookieStyle, cookieName, parseCookies } from "../cookies.ts";
import type { JsonObject } from "../identity.ts";
import type { Sealer, Sessions } from "../session/index.ts";

/** All that has to be known when the provider sends the browser back. */
export interface Transaction {
  /** The place of the client among those that are configured, and its issuer: a changed configuration ends what is on its way. */
  readonly issuer: string;
  readonly clientId: string;
  readonly state: string;
  readonly nonce: string;
  /** The PKCE verifier (RFC 7636): it never leaves the server but sealed. */
  readonly verifier: string;
  readonly target: string;
  /** When the sign-in began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly scope: string;
  readonly maxAgeSeconds?: number | undefined;
  readonly acrValues?: readonly string[] | undefined;
  readonly dpopKey?: JsonObject | undefined;
  /** The browser's session at that time, where the answer will come without its cookie. */
  readonly former?: string | undefined;
  /** The native client that it is for: no session comes of it. */
  readonly native?: NativeTransaction | undefined;
}

/** What a native client asked for (RFC 8252). */
export interface NativeTransaction {
  readonly redirectUri: string;
  readonly state: string | undefined;
  /** Of its own verifier, where it has one (RFC 7636); always S256. */
  readonly challenge: string | undefined;
}

/** What a callback finds. */
export type FoundTransaction =
  | { readonly transaction: Transaction; readonly ended: readonly CookieChange[] }
  /** None of this browser's, or used, or too old. `target`: where it went, if that is still known here; `cookieMissing`: nothing came for this state. */
  | {
      readonly transaction: undefined;
      readonly ended: readonly CookieChange[];
      readonly target: string | undefined;
      readonly cookieMissing: boolean;
    };

export interface Transactions {
  /** A new state. */
  state(): string;
  /** The cookies that keep a transaction, and end the oldest where there are too many. */
  keep(
    transaction: Transaction,
    cookie: string | undefined,
    how: { readonly crossSite: boolean },
  ): Promise<readonly CookieChange[]>;
  /**
   * Takes a transaction out.
   *
   * @param spend whether the second to ask for it gets none, whatever cookies they have
   */
  take(state: string | undefined, cookie: string | undefined, spend: boolean): Promise<FoundTransaction>;
}

/** What {@link createTransactions} needs. */
export interface TransactionsDeps {
  readonly sealer: Sealer;
  readonly once: Sessions["once"];
  readonly style: CookieStyle;
  readonly now: () => number;
}

const lifetimeMs = 600_000;
/** Many tabs, and far from the header's limit of any server: with the session's own cookies, too. */
const mostCookies = 8;
const mostBytes = 6_144;
const mostOfAll = 13_312;
const rememberedTargets = 1_000;
const purpose = "login";
const prefix = "sallyport-login-";
/** The time it was made, so that the oldest is known without opening it, and 32 random bytes; it survives any encoding. */
const stateForm = /^[0-9a-z]{6,9}-[A-Za-z0-9_-]{43}$/;
const partInName = 12;
/** What follows the prefix in the name of a cookie of ours: no other is removed, whatever a header holds. */
const nameEnd = /^[0-9a-z]{6,9}-[A-Za-z0-9_-]{12}$/;

export function createTransactions({ sealer, once, style, now }: TransactionsDeps): Transactions {
  const start = cookieName(prefix, style);
  const targets = new Map<string, string>();

  const nameOf = (state: string) => `${start}${state.slice(0, state.indexOf("-") + 1 + partInName)}`;
  const gone = (name: string): CookieChange => ({ name, value: undefined });

  function remember(state: string, target: string): void {
    if (targets.size >= rememberedTargets) targets.delete(targets.keys().next().value as string);
    targets.set(state, target);
  }

  /** The names of those that have to go, the oldest first, so that the rest and a new one are within bounds. */
  function surplus(cookie: string | undefined, newBytes: number): readonly string[] {
    const own = [...parseCookies(cookie)]
      .filter(([name]) => name.startsWith(start) && nameEnd.test(name.slice(start.length)))
      .map(([name, values]) => ({
        name,
        bytes: values.reduce((sum, value) => sum + name.length + value.length, 0),
      }))
      .sort((left, right) => timeIn(right.name.slice(start.length)) - timeIn(left.name.slice(start.length)));
    const others = (cookie?.length ?? 0) - own.reduce((sum, one) => sum + one.bytes, 0);
    const most = Math.min(mostBytes, mostOfAll - others);
    let bytes = newBytes;
    return own
      .filter((one, index) => {
        bytes += one.bytes;
        return index + 1 >= mostCookies || bytes > most;
      })
      .map(({ name }) => name)
      .reverse();
  }

  return {
    state: () => `${Math.floor(now() / 1000).toString(36)}-${platform.randomText(32)}`,
    async keep(transaction, cookie, { crossSite }) {
      const { state, startedAt } = transaction;
      const name = nameOf(state);
      // Through text: what is `undefined` is not there.
      const value = JSON.parse(JSON.stringify(transaction)) as JsonObject;
      const sealed = await sealer.seal(purpose, name, value, startedAt + lifetimeMs);
      return [
        ...surplus(cookie, name.length + sealed.length).map(gone),
        { name, value: sealed, maxAgeSeconds: lifetimeMs / 1000, sameSite: crossSite ? "None" : "Lax" },
      ];
    },
    async take(state = "", cookie, spend) {
      const none = (ended: readonly CookieChange[] = [], cookieMissing = false): FoundTransaction => ({
        transaction: undefined,
        ended,
        cookieMissing,
        target: targets.get(state),
      });
      if (!stateForm.test(state)) return none();
      const name = nameOf(state);
      const values = parseCookies(cookie).get(name);
      if (!values) return none([], true);
      const ended = [gone(name)];
      // A second cookie of the name may be a sibling subdomain's: neither is taken.
      const [sealed] = values;
      const value = values.length === 1 && sealed ? await sealer.open(purpose, name, sealed) : undefined;
      const transaction = value as Transaction | undefined;
      if (!transaction || transaction.state !== state) return none(ended);
      remember(state, transaction.target);
      // The cookie alone can be sent again by whoever kept it. Without a code there is nothing to be had, and nothing to remember:
      // anybody may begin sign-ins, as many as they like.
      if (spend && !(await once(`login ${state}`, transaction.startedAt + lifetimeMs))) return none(ended);
      return { transaction, ended };
    },
  };
}

function timeIn(name: string): number {
  const seconds = Number.parseInt(name.slice(0, name.indexOf("-")), 36);
  return Number.isFinite(seconds) ? seconds : 0;
}
