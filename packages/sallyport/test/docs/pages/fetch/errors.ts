import { AuthError, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fetch";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport({ ...options, refuse: "throw" }, deps);
  const me = auth.required((_request, { identity }) => Response.json({ sub: identity.subject }));

  return async (request: Request): Promise<Response> => {
    try {
      return await me(request);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      const challenge = error.challenge();
      return Response.json(
        { title: error.description, status: error.status },
        { status: error.status, headers: challenge ? { "www-authenticate": challenge } : {} },
      );
    }
  };
}
