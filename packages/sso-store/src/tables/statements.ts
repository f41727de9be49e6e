/**
 * Makes the tables of one concern, given the column type for text that is compared and that of a primary key which numbers its rows as
 * they come.
 */
export type Statements = (text: string, numbered: string) => readonly string[];
