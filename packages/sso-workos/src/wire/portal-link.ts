import { z } from 'zod';

export const portalLinkSchema = z.object({ link: z.url({ protocol: /^https?$/ }) });
