/** When simulated executions begin. Milliseconds since the epoch. */
export const EPOCH = Date.UTC(2026, 0, 1);
