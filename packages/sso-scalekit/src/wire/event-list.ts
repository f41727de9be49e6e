import { z } from 'zod';
import { pageShape } from './common.js';

/** Answer of the event list [P]; its items are read one by one. */
export const eventListPage = z.object({
  events: z.array(z.unknown()).nullable(),
  total_size: z.number().nullish(),
  ...pageShape,
});

export type EventListPage = z.infer<typeof eventListPage>;
