// The session that a sign-in will end, noted for an answer that comes without its cookie: browsers keep a Lax cookie back from a form
// that another site posts.

/** A session in cookies, as its sign-out needs it. */
export interface FormerCookies {
  /** Of the session; empty where its cookies were none that could be read. */
  readonly id: string;
  /** The cookies by its names, so that none of them is left over beside the next session's. */
  readonly names: readonly string[];
}

// More than a session ever has; what is beyond it was put there by somebody else, and has to fit beside the rest.
const mostNames = 6;

export function writeFormer({ id, names }: FormerCookies): string {
  return JSON.stringify([id, ...names.slice(0, mostNames)]);
}

/** @param text what {@link writeFormer} gave; it was sealed meanwhile */
export function readFormer(text: string): FormerCookies {
  const [id = "", ...names] = JSON.parse(text) as string[];
  return { id, names };
}
