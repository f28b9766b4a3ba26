// Lines to paste into a shell that get a token.
import type { Client } from "./clients.ts";
import type { Person } from "./people.ts";

/** The short way, for a person: `POST /control/token`. */
export function personLine(issuer: string, { username }: Person): string {
  return `curl -s -d 'person=${quoted(username)}' ${issuer}/control/token`;
}

/** By the protocol, for a service: the client credentials grant. */
export function machineLine(issuer: string, { id, secret = "" }: Client): string {
  return `curl -s -u '${quoted(id)}:${quoted(secret)}' -d grant_type=client_credentials ${issuer}/token`;
}

// In single quotes nothing is special to a shell but the quote itself.
function quoted(text: string): string {
  return encodeURIComponent(text).replaceAll("'", "%27");
}
