/** Takes the item's counterpart out of the list: of the same identity provider and kind, or the only one there is for the only one. */
export function takeCounterpart<
  Item extends { readonly identityProvider: string; readonly protocol?: string; readonly type?: string },
>(free: Item[], { identityProvider, protocol, type }: Item, isOnlyOne: boolean): Item | undefined {
  const alike = free.findIndex(
    (each) => each.identityProvider === identityProvider && each.protocol === protocol && each.type === type,
  );
  const index = alike < 0 && isOnlyOne && free.length === 1 ? 0 : alike;
  return index < 0 ? undefined : free.splice(index, 1)[0];
}
