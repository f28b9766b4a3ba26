import Database from "libsql";
import { createSqliteSessionStore } from "sallyport/stores/sqlite";

export const openStore = (path: string) => createSqliteSessionStore({ database: new Database(path) });
