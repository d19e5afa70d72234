import { AmbiguousMutationError, Client, isKeylightError, NotFoundError, RateLimitError } from "keylight";

const client = new Client();

try {
  await client.serviceAccounts.keys.create(process.env["SERVICE_ACCOUNT_ID"] ?? "", { name: "ci" });
} catch (error) {
  if (error instanceof NotFoundError) console.error(error.hint);
  else if (error instanceof RateLimitError) console.error(`again in ${error.retryAfterMs ?? 1000} ms`);
  else if (error instanceof AmbiguousMutationError) {
    // The answer was lost: a key may exist whose secret nobody knows. This finds and revokes it.
    const { outcome } = await error.recover();
    console.error(`lost key: ${outcome}`);
  } else if (isKeylightError(error)) console.error(error.code, error.message, error.hint);
  else throw error;
}
