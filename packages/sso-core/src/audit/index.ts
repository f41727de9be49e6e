/** The trail of who did what to single sign-on, and the port it is kept behind. */
export {};
