import type { Identity } from './identity.js';
import { isOneNumbering, placeOf, type People } from './people.js';

type Refusal = 'blocked' | 'deprovisioned';

/** Why somebody may not be let in, or `null`. */
export function refusalOf(userId: string, people: People): Refusal | null {
  return decide(userId, [...people.identitiesOf(userId), ...likelyLosses(userId, people)], people);
}

/** The same by what is certain: without directory users who only may be this person. */
export function certainRefusalOf(userId: string, people: People): Refusal | null {
  return decide(userId, people.identitiesOf(userId), people);
}

function decide(userId: string, identities: readonly Identity[], people: People): Refusal | null {
  const access = people.user(userId)?.access ?? 'by_directory';
  if (access !== 'by_directory') return access === 'blocked' ? 'blocked' : null;
  const counted = countedOf(
    identities.filter(({ kind }) => kind === 'directory_user'),
    people,
  );
  return counted.some((word) => takesAccess(word, counted, people)) ? 'deprovisioned' : null;
}

/** All, unless somebody with authority knows the person: of several the one who spoke last. */
function countedOf(words: readonly Identity[], { sources }: People): readonly Identity[] {
  const authorities = new Set(sources.filter(({ authoritative }) => authoritative).map(({ id }) => id));
  const [newest] = words
    .filter(({ source }) => authorities.has(source))
    .toSorted((a, b) => (lastOrderOf(a) < lastOrderOf(b) ? 1 : -1));
  return newest ? words.filter(({ source }) => source === newest.source) : words;
}

function lastOrderOf({ createdOrder, deletedOrder, changedOrder }: Identity): string {
  return [createdOrder, deletedOrder, changedOrder].reduce<string>(
    (latest, order) => (order !== null && order > latest ? order : latest),
    '',
  );
}

/** Any directory may take access away. A deleted directory user does not once the directory has told of the person anew. */
function takesAccess(word: Identity, words: readonly Identity[], people: People): boolean {
  if (word.status !== 'deleted') return word.status === 'inactive';
  const place = placeOf(word, people);
  return !words.some((other) => other.status !== 'deleted' && isOneNumbering(placeOf(other, people), place));
}

/**
 * Directory users who lost access and wait to be confirmed as this person, and whose address, or whose id and no other address, is this
 * person's: it is lost until somebody has looked.
 */
function likelyLosses(userId: string, { view, userOf, identitiesOf }: People): readonly Identity[] {
  const asked = view.proposals.filter((proposal) => proposal.userId === userId && proposal.state === 'open');
  return view.identities.filter((lost) => {
    if (lost.status === 'active' || userOf(lost) !== null) return false;
    const reason = asked.find(({ identityId }) => identityId === lost.id)?.reason;
    if (reason !== 'subject_elsewhere') return reason !== undefined && reason !== 'other_subject';
    return identitiesOf(userId).some(
      ({ subject, address }) => subject === lost.subject && (address === null || lost.address === null),
    );
  });
}
