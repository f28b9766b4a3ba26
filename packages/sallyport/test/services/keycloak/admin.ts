// Keycloak's admin interface, as far as the suite needs it.

/** Calls `/admin/<path>`; throws where the answer is not a success. */
export type Admin = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;

export function createAdmin(
  url: string,
  { username, password }: { username: string; password: string },
): Admin {
  // A token for each call: they live for one minute, and the server goes and comes back.
  async function token(): Promise<string> {
    const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username, password }),
    });
    if (!response.ok) throw new Error(`Keycloak gives its administrator no token: ${response.status}`);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  return async <Answer>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/admin/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await token()}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Keycloak answers ${method} ${path} with ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as Answer;
  };
}
