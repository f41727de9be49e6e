import { createProviderIds } from '@org/sso-core/provider';

export const providerId = 'scalekit';
export const ids = createProviderIds(providerId);
