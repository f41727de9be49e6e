import type { AuditAction } from '../actions.js';
import type { ActionRequest } from '../actor.js';
import type { SsoAdmin } from '../sso-admin.js';
import { connectionId, directoryId, type OrganizationId } from '@org/sso-core';

/** What is about to be changed. */
export interface ChangeInput {
  readonly organizationId: OrganizationId;
  readonly id: string;
  /** The same for each submission of one form. */
  readonly key: string;
}

/** A button of the page that changes a connection or a directory. */
export interface PageChange {
  readonly action: AuditAction;
  readonly kind: 'connection' | 'directory';
  readonly label: string;
  /** Asked before it is done; `null` where it can be undone with one click. */
  readonly confirmation: { readonly title: string; readonly consequences: readonly string[] } | null;
  readonly done: string;
  readonly run: (admin: SsoAdmin, input: ChangeInput, by: ActionRequest) => Promise<unknown>;
}

const connectionOf = ({ organizationId, id }: ChangeInput) => ({
  organizationId,
  connectionId: connectionId(id),
});
const directoryOf = ({ organizationId, id }: ChangeInput) => ({
  organizationId,
  directoryId: directoryId(id),
});

/** By the last part of their path. */
export const pageChanges = {
  'enable-connection': {
    action: 'sso.enable_connection',
    kind: 'connection',
    label: 'Switch on',
    confirmation: null,
    done: 'Connection switched on.',
    run: (admin, input, by) => admin.enableConnection(connectionOf(input), by),
  },
  'disable-connection': {
    action: 'sso.disable_connection',
    kind: 'connection',
    label: 'Switch off',
    confirmation: {
      title: 'Switch off the connection',
      consequences: [
        'Nobody can sign in through it until it is switched on again.',
        'Its configuration is kept.',
      ],
    },
    done: 'Connection switched off.',
    run: (admin, input, by) => admin.disableConnection(connectionOf(input), by),
  },
  'delete-connection': {
    action: 'sso.delete_connection',
    kind: 'connection',
    label: 'Delete',
    confirmation: {
      title: 'Delete the connection',
      consequences: [
        'Nobody can sign in through it any more.',
        'Its configuration is lost: a new connection has to be set up at your identity provider, too.',
        'This cannot be undone.',
      ],
    },
    done: 'Connection deleted.',
    run: (admin, input, by) =>
      admin.deleteConnection({ ...connectionOf(input), idempotencyKey: input.key }, by),
  },
  'enable-directory': {
    action: 'directory.enable_directory',
    kind: 'directory',
    label: 'Switch on',
    confirmation: null,
    done: 'Directory switched on.',
    run: (admin, input, by) => admin.enableDirectory(directoryOf(input), by),
  },
  'disable-directory': {
    action: 'directory.disable_directory',
    kind: 'directory',
    label: 'Switch off',
    confirmation: {
      title: 'Switch off the directory',
      consequences: [
        'People who join, change or leave are not heard of until it is switched on again.',
        'Its configuration is kept.',
      ],
    },
    done: 'Directory switched off.',
    run: (admin, input, by) => admin.disableDirectory(directoryOf(input), by),
  },
  'delete-directory': {
    action: 'directory.delete_directory',
    kind: 'directory',
    label: 'Delete',
    confirmation: {
      title: 'Delete the directory',
      consequences: [
        'People who join, change or leave are not heard of any more.',
        'A new directory has to be set up at your identity provider, too.',
        'This cannot be undone.',
      ],
    },
    done: 'Directory deleted.',
    run: (admin, input, by) =>
      admin.deleteDirectory({ ...directoryOf(input), idempotencyKey: input.key }, by),
  },
} as const satisfies Readonly<Record<string, PageChange>>;

export type PageChangeName = keyof typeof pageChanges;

export function isPageChange(name: string): name is PageChangeName {
  return Object.hasOwn(pageChanges, name);
}
