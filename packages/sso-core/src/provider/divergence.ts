/**
 * One place where a vendor does not match the neutral model, and what its adapter does about it. Adapters export a ledger of
 * these; `docs/divergences.md` is generated from them.
 */
export interface Divergence {
  /** Stable and unique within the adapter, such as `organizations.metadata-merge`. */
  readonly id: string;
  /** The facet and operation or field, such as `organizationAdmin.update`. */
  readonly subject: string;
  /** What the neutral model promises. */
  readonly neutral: string;
  /** What the vendor does. */
  readonly vendor: string;
  /** What the adapter does about it, and why. */
  readonly reason: string;
  /** Evidence tags of the vendor statement, such as `[S]`; CONTRIBUTING.md explains them. */
  readonly evidence: string;
  readonly confidence: 'documented' | 'inferred' | 'unverified';
}
