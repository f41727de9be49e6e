/** Events webhooks can be subscribed to: the catalogue less `dsync.token.*`, `action.*`, `vault.*` and two more. [S] */
export const webhookEvents: ReadonlySet<string> = new Set(
  Object.entries({
    'agent.registration':
      'created claim.attempt.created claim.completed credential.issued deleted refreshed expired organization.switched revoked',
    authentication:
      'email_verification_succeeded magic_auth_failed magic_auth_succeeded mfa_succeeded oauth_failed oauth_succeeded password_failed password_succeeded passkey_failed passkey_succeeded sso_failed sso_started sso_succeeded sso_timed_out radar_risk_detected reauthentication_succeeded',
    radar: 'challenge_created',
    api_key: 'created revoked updated',
    connection: 'activated deactivated saml_certificate_renewal_required saml_certificate_renewed deleted',
    dsync: 'activated deleted',
    'dsync.group': 'created deleted updated user_added user_removed',
    'dsync.user': 'created deleted updated',
    email_verification: 'created',
    group: 'created deleted member_added member_removed updated',
    flag: 'created deleted updated rule_updated',
    invitation: 'accepted created resent revoked',
    magic_auth: 'created',
    organization: 'created deleted updated',
    organization_domain: 'created deleted updated verified verification_failed',
    password_reset: 'created succeeded',
    user: 'created updated deleted',
    organization_membership: 'created deleted updated',
    role: 'created deleted updated',
    organization_role: 'created deleted updated',
    permission: 'created deleted updated',
    'pipes.connected_account': 'connected connection_failed disconnected reauthorization_needed',
    session: 'created revoked',
    waitlist_user: 'approved created denied',
  }).flatMap(([subject, verbs]) => verbs.split(' ').map((verb) => `${subject}.${verb}`)),
);
