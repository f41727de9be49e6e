/** The public and the hidden methods of an SDK's client and of the clients it holds: `get`, `organizations.list`. */
export function methodsOf(client: object): string[] {
  const own = methodNames(client);
  const held = Object.entries(client)
    .filter((entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null)
    .flatMap(([property, value]) => methodNames(value).map((name) => `${property}.${name}`));
  return [...new Set([...own, ...held])].toSorted();
}

/** The method of that name, bound to the client that has it. */
export function methodOf(client: object, path: string): (...values: unknown[]) => unknown {
  const names = path.split('.');
  const name = names.pop() ?? '';
  let owner: unknown = client;
  for (const property of names) owner = Reflect.get(owner as object, property);
  const method: unknown = Reflect.get(owner as object, name);
  if (typeof method !== 'function') throw new TypeError(`${path} is not a method`);
  return (...values) => method.call(owner, ...values) as unknown;
}

function methodNames(value: object): string[] {
  const names: string[] = [];
  for (
    let prototype: object = Object.getPrototypeOf(value);
    prototype && prototype !== Object.prototype && prototype !== Array.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name === 'constructor') continue;
      if (typeof (get ? get.call(value) : Reflect.get(prototype, name)) === 'function') names.push(name);
    }
  }
  return names;
}

/** An argument with every property, every method and every element, all of them `anything`. */
export function anything(): unknown {
  return new Proxy(() => undefined, {
    get(_, name) {
      switch (name) {
        case 'then':
          return undefined;
        case Symbol.toPrimitive:
        case 'toString':
        case 'toJSON':
        case 'join':
          return () => 'anything';
        case 'map':
        case 'filter':
          return () => ['anything'];
        case Symbol.iterator:
          return () => ['anything'].values();
        default:
          return anything();
      }
    },
    apply: () => anything(),
    ownKeys: () => [],
    getOwnPropertyDescriptor: () => undefined,
  });
}
