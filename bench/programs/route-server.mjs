// A server process of the row `routes`: one contestant's application. Arguments: the contestant, the URL of the keys.
import { contestants } from "../lib/apps.mjs";
import { serveQuestions } from "../lib/server.mjs";

const [contestant, jwksUri] = process.argv.slice(2);
const { port, routes, stats = () => [] } = await contestants[contestant](jwksUri);
serveQuestions(port, { routes: () => routes, stats });
