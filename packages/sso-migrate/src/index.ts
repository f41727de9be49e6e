/** Moves customers from one provider to another, one at a time and reversibly. */
export {};
