import Fastify from "fastify";
import { sallyport } from "sallyport/fastify";

const auth = sallyport(); // from the environment
const app = Fastify();
app.register(auth.plugin());
app.register(auth.router()); // the sign-in, the callback, the sign-out and the rest

// What the provider says of people is text, and no HTML.
const asText = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

app.get("/", auth.optional(), (request, reply) => {
  const who = auth.maybeIdentity(request);
  reply.type("text/html");
  return who
    ? `<h1>Hello, ${asText(who.subject)}</h1>
       <p><a href="/orders">Your orders</a></p>
       <form method="post" action="/auth/v2/logout"><button>Sign out</button></form>`
    : '<h1>Hello</h1><p><a href="/auth/v2/login">Sign in</a></p>';
});

app.get("/orders", auth.required(), (request) => ({
  of: auth.identity(request).subject,
  orders: ["a lamp", "a door"],
}));

await app.listen({ host: "127.0.0.1", port: 3000 });
console.log("http://127.0.0.1:3000/");
