import { sallyport } from "sallyport/fetch";

interface Env {
  readonly GREETING: string;
}

const auth = sallyport({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });

export default {
  fetch: auth.required((_request, { identity }, env: Env) => {
    return new Response(`${env.GREETING}, ${identity.name ?? identity.subject}`);
  }),
};
