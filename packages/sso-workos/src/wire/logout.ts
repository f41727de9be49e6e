import { z } from 'zod';

export const logoutSchema = z.object({ logout_url: z.url({ protocol: /^https?$/ }) });
