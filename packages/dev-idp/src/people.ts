// The people who can sign in: their shape, and the three that come with the provider.

/** Someone who can sign in. Everything here is a development value: it is printed, and may be read by anyone. */
export interface Person {
  /** What is typed to sign in, and how `token({ person })` names them. */
  readonly username: string;
  readonly password: string;
  /** The `sub` claim; the username when left out. */
  readonly subject?: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** What this person may do. An API scope is granted on their behalf only when it is in this list. */
  readonly permissions: readonly string[];
  /** Further claims for the access token, the ID token and userinfo. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** An administrator, an editor and a reader. */
export const seededPeople: readonly Person[] = [
  {
    username: "alice",
    password: "alice",
    name: "Alice Admin",
    email: "alice@example.test",
    roles: ["Admin"],
    groups: ["staff", "admins"],
    permissions: ["users:read", "users:write", "documents:read", "documents:write"],
  },
  {
    username: "bob",
    password: "bob",
    name: "Bob Editor",
    email: "bob@example.test",
    roles: ["Editor"],
    groups: ["staff", "editors"],
    permissions: ["documents:read", "documents:write"],
  },
  {
    username: "carol",
    password: "carol",
    name: "Carol Reader",
    email: "carol@example.test",
    roles: ["Reader"],
    groups: ["staff"],
    permissions: ["documents:read"],
  },
];

/** The `sub` of a person. */
export function subjectOf(person: Person): string {
  return person.subject ?? person.username;
}

/** The claims that say what a person may do, and the person's own further claims. */
export function authorityOf(person: Person): Record<string, unknown> {
  const { roles, groups, permissions, claims } = person;
  return { ...claims, roles, groups, permissions };
}

/** How strong a sign-in was (`acr`), and by what means (`amr`, RFC 8176). Any person can have either for the asking. */
export const signIns: Readonly<Record<string, readonly string[]>> = {
  pwd: ["pwd"],
  mfa: ["pwd", "otp", "mfa"],
};

/** Those of the values of an `acr_values` parameter that this provider can give. */
export function knownAcrs(acrValues: unknown): string[] {
  const asked = typeof acrValues === "string" ? acrValues.split(" ") : [];
  return asked.filter((acr) => Object.hasOwn(signIns, acr));
}

/** The claims that the scopes `profile` and `email` ask for. */
export function profileOf(person: Person, scopes: ReadonlySet<string>): Record<string, unknown> {
  return {
    ...(scopes.has("profile") && { name: person.name, preferred_username: person.username }),
    ...(scopes.has("email") && { email: person.email, email_verified: true }),
  };
}
