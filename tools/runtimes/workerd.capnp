# One worker a process: the tables, which make their tokens with node:crypto; the live one, and the one that docs/runtimes.md
# shows, with nothing of Node's.
using Workerd = import "/workerd/workerd.capnp";

const tables :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
    compatibilityDate = "2026-04-01",
    compatibilityFlags = ["nodejs_compat"],
  ))],
  sockets = [(name = "http", http = (), service = "main")],
);

const live :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "live.mjs", esModule = embed "live-workerd.mjs")],
      compatibilityDate = "2026-04-01",
      bindings = [(name = "ISSUER", fromEnvironment = "ISSUER")],
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);

const page :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "page.mjs", esModule = embed "page-workerd.mjs")],
    compatibilityDate = "2026-04-01",
  ))],
  sockets = [(name = "http", http = (), service = "main")],
);
