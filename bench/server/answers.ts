/** How many service accounts the answer lists. */
export const listed = 3;

/** The answer to `ListServiceAccounts`: every field of the operation, about 1 KB. */
export const listAnswer = JSON.stringify({
  data: {
    node: {
      id: "TjAwN0FjY291bnQ3MTA",
      name: "Measured account",
      serviceAccounts: Array.from({ length: listed }, (_, index) => serviceAccount(index + 1)),
    },
  },
});

/** What a session that is over is answered with, under status 401. */
export const refusal = JSON.stringify({
  errors: [{ message: "Unauthorized. Please provide a valid authentication token.", extensions: { code: "UNAUTHENTICATED" } }],
  data: null,
});

export function loginAnswer(token: string): string {
  return JSON.stringify({ data: { createSessionUsingUserKey: { token } } });
}

function serviceAccount(number: number): object {
  return {
    id: `TjAxNFNlcnZpY2VBY2NvdW50${number}`,
    name: `ci-${number}`,
    description: null,
    roleCode: "Viewer",
    enabled: true,
    createdAt: "2026-01-05T09:30:00.000Z",
    updatedAt: "2026-02-11T16:45:12.000Z",
    keys: [
      {
        id: `TjAxN1NlcnZpY2VBY2NvdW50S2V5${number}`,
        name: "deploy",
        lastUsedAt: "2026-03-01T08:00:00.000Z",
        expiresAt: null,
        revokedAt: null,
        createdAt: "2026-01-05T09:31:00.000Z",
      },
    ],
  };
}
