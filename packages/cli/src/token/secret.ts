// The client's secret: from a file, the environment, or a prompt; never from the arguments.
import { type Io, UsageError } from "../io.ts";
import { askHidden, readSecretFile } from "../prompt.ts";

const variable = "OIDC_CLIENT_SECRET";

/** Why there is no `--client-secret`. */
export const noSecretArgument = `A secret is not taken as an argument: it would stay in the shell's history, and show in the list of processes. Put it into ${variable}, name a file with --client-secret-file, or be asked for it`;

/**
 * The client's secret; `undefined` where there is none and the flow does without.
 *
 * @throws UsageError where the flow needs one and nobody can be asked
 */
export async function clientSecretOf(
  file: string | undefined,
  needed: boolean,
  io: Io,
): Promise<string | undefined> {
  if (file !== undefined) return readSecretFile(file, "--client-secret-file");
  const [given, givenFile] = [io.env[variable], io.env[`${variable}_FILE`]];
  if (given) return given;
  if (givenFile) return readSecretFile(givenFile, `${variable}_FILE`);
  if (!needed) return undefined;
  const elsewhere = `This flow needs the client's secret: put it into ${variable}, or name a file with --client-secret-file`;
  const secret = await askHidden("Client secret (it is not shown): ", io, elsewhere);
  if (secret === "") throw new UsageError(elsewhere);
  return secret;
}
