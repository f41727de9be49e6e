export { createWorkos, type WorkosProvider } from './provider.js';
export type { WorkosOptions } from './settings.js';
export {
  workosNative,
  type WorkosNative,
  type WorkosNativeObject,
  type WorkosNativeRequest,
} from './native.js';
export { divergences } from './divergences.js';
