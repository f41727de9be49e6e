import type { Identity } from './identity.js';
import type { People } from './people.js';

/** Why somebody may not be let in, or `null`. */
export function refusalOf(userId: string, people: People): 'blocked' | 'deprovisioned' | null {
  const access = people.user(userId)?.access ?? 'by_directory';
  if (access !== 'by_directory') return access === 'blocked' ? 'blocked' : null;
  const words = newestWords(userId, people);
  const authority = people.sources.find(({ authoritative }) => authoritative)?.id;
  const decisive = words.filter(({ source }) => source === authority);
  const counted = decisive.length > 0 ? decisive : words;
  return counted.some(({ status }) => status !== 'active') ? 'deprovisioned' : null;
}

/** Of each source that says something about the person. */
function newestWords(userId: string, people: People): readonly Identity[] {
  const newest = new Map<string, Identity>();
  for (const identity of [...people.identitiesOf(userId), ...likelyLosses(userId, people)]) {
    if (identity.kind !== 'directory_user') continue;
    const known = newest.get(identity.source);
    if (!known || isNewer(identity, known)) newest.set(identity.source, identity);
  }
  return [...newest.values()];
}

/** Directory users who lost access and wait to be confirmed as this person, whose address they have: it is lost until somebody has looked. */
function likelyLosses(userId: string, { view, userOf }: People): readonly Identity[] {
  const asked = view.proposals.filter(
    (proposal) =>
      proposal.userId === userId &&
      proposal.state === 'open' &&
      proposal.reason !== 'other_subject' &&
      proposal.reason !== 'subject_elsewhere',
  );
  return view.identities.filter(
    (identity) =>
      identity.status !== 'active' &&
      userOf(identity) === null &&
      asked.some(({ identityId }) => identityId === identity.id),
  );
}

/** Of two words of the same instant the one that takes access away. */
function isNewer(word: Identity, known: Identity): boolean {
  const [order, knownOrder] = [word.statusOrder ?? '', known.statusOrder ?? ''];
  return order === knownOrder ? word.status !== 'active' : order > knownOrder;
}
