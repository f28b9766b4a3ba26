// A server process of the row `sessions`: one contestant's application. Arguments: the contestant, the issuer.
import { serveQuestions } from "../lib/server.mjs";
import { contestants } from "../lib/session-apps.mjs";

const [contestant, issuer] = process.argv.slice(2);
const { port, login } = await contestants[contestant](issuer);
serveQuestions(port, { login: () => login });
