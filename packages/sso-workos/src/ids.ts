import { createProviderIds } from '@org/sso-core/provider';

export const providerId = 'workos';
export const ids = createProviderIds(providerId);
