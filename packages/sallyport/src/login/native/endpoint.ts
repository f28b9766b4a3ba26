// An endpoint that programs ask, not people: forms in, JSON out, and every failure one of RFC 6749's.
import type { Answer, Endpoint, EndpointRequest } from "../../http/index.ts";
import type { About, LoginContext } from "../context.ts";
import type { Told } from "../trail.ts";
import { asNativeRefusal, NativeRefusal, refusalAnswer } from "./refusal.ts";

/** The fields of a form. */
export interface NativeForm {
  /**
   * A field by either of its names, empty as good as left out.
   *
   * @throws NativeRefusal `invalid_request` where it is there twice (RFC 6749 §3.2)
   */
  get(...names: readonly string[]): string | undefined;
}

export function createForm(form: URLSearchParams): NativeForm {
  return {
    get(...names) {
      const all = names.flatMap((name) => form.getAll(name));
      if (all.length > 1) throw new NativeRefusal("invalid_request", `The request has ${names[0]} twice`);
      return all[0] === "" ? undefined : all[0];
    },
  };
}

/** What is written down of a request once it is known what it wants, and of whom. */
export interface NativeAbout extends About {
  name?: Told["name"];
}

/** What a device hears all the time is nothing for the log. */
const usual: readonly string[] = ["authorization_pending", "slow_down"];

export function nativeEndpoint(
  { pages, tell, trail }: LoginContext,
  { name, path }: { readonly name: "token" | "device"; readonly path: string },
  handle: (request: EndpointRequest, about: NativeAbout) => Promise<Answer>,
): Endpoint {
  function write({ error }: NativeRefusal, about: NativeAbout, { requestId }: EndpointRequest): void {
    if (about.name) trail.session({ name: about.name, of: about.of, error, requestId });
    else tell(`${name}_failed`, error, undefined);
  }

  return {
    name,
    methods: ["POST"],
    path,
    async handle(request) {
      const about: NativeAbout = {};
      try {
        return await handle(request, about);
      } catch (thrown) {
        const refusal = asNativeRefusal(thrown);
        if (!usual.includes(refusal.wire)) write(refusal, about, request);
        return refusalAnswer(pages, refusal);
      }
    },
  };
}
