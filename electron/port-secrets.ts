/** The backend's side of the keychain: main holds it, since only main may ask the system. */
import type { Secrets } from "./features/search/handlers.ts";

export type SecretRequest = { secret: number; name: string; value?: string | null };
export type SecretReply = { secret: number; value?: string; failed?: string };

export function createPortSecrets(post: (request: SecretRequest) => void): {
  secrets: Secrets;
  answer: (reply: SecretReply) => void;
} {
  const waiting = new Map<
    number,
    { resolve: (value: string | undefined) => void; reject: (error: Error) => void }
  >();
  let next = 1;
  const ask = (request: Omit<SecretRequest, "secret">): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const secret = next++;
      waiting.set(secret, { resolve, reject });
      post({ ...request, secret });
    });
  return {
    secrets: {
      get: (name) => ask({ name }),
      set: async (name, value) => void (await ask({ name, value })),
    },
    answer: ({ secret, value, failed }) => {
      const call = waiting.get(secret);
      waiting.delete(secret);
      if (failed === undefined) call?.resolve(value);
      else call?.reject(new Error(failed));
    },
  };
}
