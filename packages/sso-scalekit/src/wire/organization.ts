import type { Organization } from '@org/sso-core';
import { withNative, type Page } from '@org/sso-core/provider';
import { z } from 'zod';
import { anything, entity, flag, id, pageShape, text } from './common.js';
import { toOrganization } from './mappers/organization.js';

const organizationWire = z.object({
  id,
  display_name: text,
  external_id: text,
  metadata: anything,
  settings: z.object({ features: z.array(z.object({ name: text, enabled: flag })).nullish() }).nullish(),
  create_time: text,
  update_time: text,
});

/** An organization as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitOrganization = z.input<typeof organizationWire> & Readonly<Record<string, unknown>>;

const organization = entity(organizationWire, toOrganization);

export const organizationAnswer = z.object({ organization });
/** A page, checked as a whole. */
export const organizationsPage = entity(
  z.object({ organizations: z.array(organizationWire).nullable(), ...pageShape }),
  ({ organizations, next_page_token }, raw): Page<Organization> => {
    const { organizations: rawItems } = raw as { readonly organizations: readonly unknown[] };
    return {
      items: (organizations ?? []).map((wire, index) => withNative(toOrganization(wire), rawItems[index])),
      nextCursor: next_page_token || null,
    };
  },
);
