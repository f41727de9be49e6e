import type { AuditEvent } from '@org/sso-core';
import { z } from 'zod';

/** The SDK spells these in camel case, the API does not. [S][N] */
export function toWireEvent({ occurredAt, context, ...event }: AuditEvent) {
  return {
    ...event,
    occurred_at: occurredAt,
    context: { location: context.location, user_agent: context.userAgent },
  };
}

export const recordedSchema = z.object({ success: z.literal(true) });
