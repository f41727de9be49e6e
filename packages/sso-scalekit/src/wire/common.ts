import { z } from 'zod';

/** An identifier: an object without one cannot be used. */
export const id = z.string().min(1);
export const text = z.string().nullish();
export const flag = z.boolean().nullish();
export const anything = z.unknown().optional();

/** Paging of every token-paged list: an empty or absent token ends it [S]. */
export const pageShape = { next_page_token: text };

/** Answer of `:enable` and `:disable`: with `error_message`, it did not happen [S]. */
export const toggleAnswer = z.object({ enabled: flag, error_message: text });
