import pg from "pg";
import { createPostgresSessionStore } from "sallyport/stores/postgres";

export function openStore(connectionString: string) {
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 2000 });
  pool.on("error", (error) => console.warn(error.message));
  return createPostgresSessionStore({ pool });
}
