import { defaultSeed } from '@org/sso-emulators';

const [acme, ...others] = defaultSeed.organizations ?? [];
if (!acme) throw new Error('the default seed has no organization');

/** The default seed, and a directory of Acme's with Ada and Ben, Ada in Engineering. */
export const seed = {
  ...defaultSeed,
  organizations: [
    {
      ...acme,
      directories: [
        {
          name: 'Acme Okta SCIM',
          identityProvider: 'okta' as const,
          users: [
            {
              id: '00u1ada',
              email: 'ada@acme.example',
              firstName: 'Ada',
              lastName: 'Adams',
              title: 'Engineer',
              groups: ['Engineering'],
              attributes: { cost_center: 'R&D' },
            },
            { id: '00u2ben', email: 'ben@acme.example', firstName: 'Ben' },
          ],
        },
      ],
    },
    ...others,
  ],
};
