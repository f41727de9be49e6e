/** An audit trail of SSO administration, and an embeddable settings page. */
export {};
