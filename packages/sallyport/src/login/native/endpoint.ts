// An endpoint that programs ask, not people: forms in, JSON out, and every failure one of RFC 6749's.
import type { Answer, Endpoint, EndpointRequest } from "../../http/index.ts";
import type { LoginContext } from "../context.ts";
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

/** What a device hears all the time is nothing for the log. */
const usual: readonly string[] = ["authorization_pending", "slow_down"];

export function nativeEndpoint(
  { pages, tell }: LoginContext,
  { name, path }: { readonly name: "token" | "device"; readonly path: string },
  handle: (request: EndpointRequest) => Promise<Answer>,
): Endpoint {
  return {
    name,
    methods: ["POST"],
    path,
    async handle(request) {
      try {
        return await handle(request);
      } catch (thrown) {
        const refusal = asNativeRefusal(thrown);
        if (!usual.includes(refusal.wire)) tell(`${name}_failed`, refusal.error, undefined);
        return refusalAnswer(pages, refusal);
      }
    },
  };
}
