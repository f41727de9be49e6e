/**
 * How far an operation within a facet is supported: `true`; `'preview'`, when the vendor declares it without promising it, so
 * that a caller must opt in through `providerOptions`; `false`, when it is refused before any request.
 */
export type Support = boolean | 'preview';

/** Why a feature is not there, by feature name. Shown in the refusal and in the feature table. */
export type Limitations = Readonly<Record<string, string>>;
