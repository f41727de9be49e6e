/** Who somebody is in your app, whichever provider says it. */
export {};
