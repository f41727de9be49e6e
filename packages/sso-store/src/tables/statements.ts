/** Makes the tables of one concern, given the column type for text that is compared. */
export type Statements = (text: string) => readonly string[];
