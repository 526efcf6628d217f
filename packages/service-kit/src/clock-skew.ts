/** By so much clocks of machines may differ: tokens, leases and times that are shown are compared by them. Milliseconds. */
export const MOST_SKEW_MS = 2_000;
