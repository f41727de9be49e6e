import { z } from 'zod';
import { text } from './common.js';

/** Answer of `/oauth/token` to client credentials [S]. */
export const apiTokenAnswer = z.object({
  access_token: z.string().min(1),
  /** Seconds; anything but a sensible number is read as not told. */
  expires_in: z.number().min(0).max(1e9).nullish().catch(null),
});

/** Answer of `/oauth/token` to an authorization code [D]. */
export const loginTokenAnswer = apiTokenAnswer.extend({ id_token: text, refresh_token: text });
