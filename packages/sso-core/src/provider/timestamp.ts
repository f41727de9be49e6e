/** In UTC with at least milliseconds, on a day every month has: shortened without parsing, which would dominate a listing. */
const ready = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\d*Z$/;
const accepted = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|([+-]\d\d):?(\d\d))?$/;

/**
 * A vendor's timestamp as ISO-8601 in UTC to the millisecond; `null` for what is none. Also reads `+0000` and a space for the `T`;
 * without a zone it is UTC. Old WorkOS data has both. [R][D]
 */
export function toTimestamp(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (ready.test(value)) return `${value.slice(0, 23)}Z`;
  const [matched, date, time, hours, minutes] = accepted.exec(value) ?? [];
  if (matched === undefined) return null;
  const moment = new Date(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}
